import { connect } from 'node:http2';

/** A gRPC stream over bare HTTP/2 that never reads: grpc-js as a client would read ahead. */
export interface RawStream {
  /** Sends one serialised message. */
  write(message: Uint8Array): void;
  close(): void;
}

export function rawStream(address: string, path: string): RawStream {
  // MB; what is not sent yet waits in this client.
  const session = connect(`http://${address}`, { maxSessionMemory: 1_000 });
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
  });
  stream.pause();
  stream.on('error', () => {});
  return {
    write(message) {
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([prefix, message]));
    },
    close: () => session.destroy(),
  };
}
