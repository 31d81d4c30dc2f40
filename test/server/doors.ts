import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { type GrpcServerOptions, type RunningServer, startServer } from '../../src/server/grpcServer.ts';
import type { Service } from '../../src/service/exchange.ts';
import { fakeService } from './fakeService.ts';

/** A bare gRPC client of a server under test. */
export interface Dialled {
  readonly server: RunningServer;
  readonly client: Client;
  unary<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    metadata?: Metadata,
    timeoutMs?: number,
  ): Promise<Response>;
  stream<Request, Response>(method: MethodDefinition<Request, Response>): StreamCall<Request, Response>;
}

export interface StreamCall<Request, Response> {
  write(message: Request): void;
  end(): void;
  cancel(): void;
  /** The next answer; undefined at the end; rejects with the status of the call. */
  next(): Promise<Response | undefined>;
}

/** Starts a server over `service`, runs `work`, closes it. */
export async function withServer(
  service: Partial<Service>,
  work: (dialled: Dialled) => Promise<void>,
  options: Partial<GrpcServerOptions> = {},
): Promise<void> {
  const server = await startServer({
    service: fakeService(service),
    listen: '127.0.0.1:0',
    metrics: noMetrics,
    log: noLog,
    clock: systemClock,
    ...options,
  });
  const client = new Client(server.address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  try {
    await work({ server, client, ...callsOf(client) });
  } finally {
    client.close();
    await server.close(0);
  }
}

/** Calls of a client as promises. */
export function callsOf(client: Client): Pick<Dialled, 'unary' | 'stream'> {
  return {
    unary: (method, request, metadata = new Metadata(), timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadata,
          { deadline: Date.now() + timeoutMs },
          (error: ServiceError | null, response) => (error === null ? resolve(response!) : reject(error)),
        );
      }),
    stream(method) {
      const call = client.makeBidiStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        new Metadata(),
      );
      // The status is read through `next`; without a listener Node would throw it.
      call.on('error', () => {});
      const answers = call[Symbol.asyncIterator]();
      return {
        write: (message) => void call.write(message),
        end: () => call.end(),
        cancel: () => call.cancel(),
        next: async () => (await answers.next()).value,
      };
    },
  };
}
