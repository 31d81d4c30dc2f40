import type { ClientHttp2Session } from 'node:http2';
import { openCall } from '../../soak/rawGrpc.ts';
import type { Call } from './call.ts';

/** How a call ended. */
export interface Ending {
  /** gRPC status; null where there was none. */
  readonly status: number | null;
  /** Trailer `semtel-error`, or ''. */
  readonly error: string;
  readonly message: string;
  readonly pushbackMs: string | undefined;
  /** Reason of HTTP/2 for the end, where there was no status. */
  readonly reset: number;
  /** Messages that came, without gRPC's five bytes. */
  readonly answers: readonly Buffer[];
  readonly ms: number;
  /** The client gave up: no end came in time. */
  readonly hung: boolean;
}

/** What the server is told that the client waits for; this side waits a little longer. */
const deadlineS = 20;
const graceMs = 5_000;

function messagesIn(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

/** Makes a call over a connection that is open, and waits for its end. */
export async function send(session: ClientHttp2Session, call: Call): Promise<Ending> {
  const startedMs = performance.now();
  const stream = openCall(session, call.path, { 'grpc-timeout': `${deadlineS}S`, ...call.headers });
  const chunks: Buffer[] = [];
  let last: Readonly<Record<string, unknown>> = {};
  const read = (headers: Readonly<Record<string, unknown>>) => {
    if (headers['grpc-status'] !== undefined) last = headers;
  };
  stream
    .on('response', read)
    .on('trailers', read)
    .on('data', (chunk: Buffer) => chunks.push(chunk));
  let hung = false;
  const giveUp = setTimeout(
    () => {
      hung = true;
      stream.close();
    },
    deadlineS * 1_000 + graceMs,
  );
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  for (const frame of call.wire) stream.write(frame);
  stream.end();
  await closed;
  clearTimeout(giveUp);
  const text = (name: string) => (last[name] === undefined ? undefined : String(last[name]));
  return {
    status: last['grpc-status'] === undefined ? null : Number(last['grpc-status']),
    error: text('semtel-error') ?? '',
    message: decodeURIComponent(text('grpc-message') ?? ''),
    pushbackMs: text('grpc-retry-pushback-ms'),
    reset: stream.rstCode ?? 0,
    answers: messagesIn(Buffer.concat(chunks)),
    ms: performance.now() - startedMs,
    hung,
  };
}
