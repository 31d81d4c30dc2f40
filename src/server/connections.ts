import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Server } from '@grpc/grpc-js';

interface ServerInside {
  readonly http2Servers?: ReadonlyMap<EventEmitter, unknown>;
}

/**
 * The connections of a bound server; what it returns cuts those that are left. grpc-js destroys sessions only, and
 * Node lets the socket of a session that was told to go wait for its peer: a client that keeps its end open would keep
 * the process alive. A private field is reached into; `test/whole/lifecycle.test.ts` says when a later release has moved it.
 */
export function connectionsOf(server: Server): () => void {
  const sockets = new Set<Socket>();
  for (const listener of (server as unknown as ServerInside).http2Servers?.keys() ?? []) {
    listener.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  }
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
