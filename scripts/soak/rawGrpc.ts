import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { classifierService } from '../../src/server/proto.ts';
import type { Batch } from './batches.ts';

const { ClassifyStream } = classifierService;

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

/** The first message of a stream. */
export const optionsMessage = (job_id: string, model = '', passthrough: readonly string[] = []) =>
  framed(
    ClassifyStream.requestSerialize({ options: { classifiers: ['topic'], job_id, model, passthrough } }),
  );

/** Each further message. */
export const batchMessage = ({ ipc, rowCount }: Batch) =>
  framed(ClassifyStream.requestSerialize({ batch: { ipc, row_count: rowCount } }));

/** Why HTTP/2 ends a stream, by code (RFC 9113, section 7). */
const reasons = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** How a call ended: its gRPC status, else the reason of HTTP/2 for its end. `reads` false: its answers are let lie. */
export async function statusOf(stream: ClientHttp2Stream, reads = true): Promise<string> {
  const status = await new Promise<unknown>((resolve) => {
    // A server may tell before this side has sent all.
    const read = (headers: Readonly<Record<string, unknown>>) => {
      if (headers['grpc-status'] !== undefined) resolve(headers['grpc-status']);
    };
    stream.on('response', read).on('trailers', read).once('close', resolve);
    if (reads) stream.resume();
    else stream.pause();
    if (stream.closed) resolve(undefined);
  });
  if (status !== undefined) return `grpc ${status}`;
  return `http2 ${reasons[stream.rstCode] ?? stream.rstCode}`;
}
