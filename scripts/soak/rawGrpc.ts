import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

/** gRPC over bare HTTP/2, for clients that do what no library would. */
export function openSession(address: string): ClientHttp2Session {
  // MB; what cannot be sent yet waits in this client.
  const session = connect(`http://${address}`, { maxSessionMemory: 2_000 });
  session.on('error', () => {});
  return session;
}

export function openCall(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
    ...headers,
  });
  stream.on('error', () => {});
  return stream;
}

/** A message with gRPC's five bytes before it. */
export function framed(message: Uint8Array, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** How a call ended: its gRPC status, else the reason of HTTP/2 for its end. */
export async function statusOf(stream: ClientHttp2Stream): Promise<string> {
  const status = await new Promise<unknown>((resolve) => {
    // A server may tell before this side has sent all.
    const read = (headers: Readonly<Record<string, unknown>>) => {
      if (headers['grpc-status'] !== undefined) resolve(headers['grpc-status']);
    };
    stream.on('response', read).on('trailers', read).once('close', resolve).resume();
    if (stream.closed) resolve(undefined);
  });
  if (status !== undefined) return `grpc ${status}`;
  const reason = Object.entries(constants).find(
    ([name, value]) => name.startsWith('NGHTTP2_') && value === stream.rstCode && !name.includes('FLAG'),
  );
  return `http2 ${reason?.[0] ?? stream.rstCode}`;
}
