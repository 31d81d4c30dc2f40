import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { classifierService } from '../../src/server/proto.ts';
import { framed, openCall, openSession, statusOf } from './rawGrpc.ts';

const { Classify, ClassifyStream } = classifierService;

interface Batch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

const optionsOf = (jobId: string, model = '') =>
  framed(ClassifyStream.requestSerialize({ options: { classifiers: ['topic'], job_id: jobId, model } }));
const batchMessage = ({ ipc, rowCount }: Batch) =>
  framed(ClassifyStream.requestSerialize({ batch: { ipc, row_count: rowCount } }));

/** A client that streams more than any server should take in. */
export interface Pouring {
  /** Batches that the transport has taken from this client. */
  readonly taken: number;
  /** Resolves when nothing has been taken for `ms`. */
  stalled(ms: number): Promise<void>;
  close(): void;
}

/** Streams batches as fast as flow control lets it, for ever; reads the answers, or lets them lie. */
export function pour(
  address: string,
  batches: () => Batch,
  { jobId, model, reads }: { jobId: string; model: string; reads: boolean },
): Pouring {
  const session = openSession(address);
  const stream = openCall(session, ClassifyStream.path);
  if (reads) stream.resume();
  else stream.pause();
  let taken = 0;
  let takenMs = performance.now();
  let open = true;
  stream.write(optionsOf(jobId, model));
  const next = () => {
    if (!open) return;
    stream.write(batchMessage(batches()), () => {
      taken += 1;
      takenMs = performance.now();
      setImmediate(next);
    });
  };
  next();
  return {
    get taken() {
      return taken;
    },
    async stalled(ms) {
      while (performance.now() - takenMs < ms) await sleep(20);
    },
    close() {
      open = false;
      session.destroy();
    },
  };
}

/** `bytes` of zeros as gzip, a thousandth of that. */
export function gzipBomb(bytes: number): Buffer {
  // A gzip file may be many, one after another: 16 MB compressed once are enough.
  const memberBytes = 1 << 24;
  const member = gzipSync(Buffer.alloc(memberBytes), { level: 9 });
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / memberBytes) }, () => member));
}

/** Sends `count` bombs at once over one connection; how each ended. */
export async function sendBombs(
  address: string,
  bomb: Uint8Array,
  count: number,
): Promise<readonly string[]> {
  const session = openSession(address);
  const calls = Array.from({ length: count }, () => {
    const call = openCall(session, Classify.path, { 'grpc-encoding': 'gzip' });
    const ended = statusOf(call);
    call.end(framed(bomb, true));
    return ended;
  });
  const statuses = await Promise.all(calls);
  session.destroy();
  return statuses;
}

/** Calls that send all but the end of a message, over one connection; how each ended, or `open` if it did not in `ms`. */
export async function sendUnfinished(
  address: string,
  bytes: number,
  count: number,
  ms: number,
): Promise<readonly string[]> {
  const session = openSession(address);
  const message = framed(Buffer.alloc(bytes)).subarray(0, bytes);
  const waiting = sleep(ms, 'open');
  const calls = Array.from({ length: count }, () => {
    const call = openCall(session, Classify.path);
    const ended = statusOf(call);
    call.write(message);
    return Promise.race([ended, waiting]);
  });
  const statuses = await Promise.all(calls);
  session.destroy();
  return statuses;
}

/** Opens and resets streams until `count` are reset, over new connections where the server closes one; how many it took. */
export async function resetStreams(
  address: string,
  count: number,
  method = ClassifyStream.path,
): Promise<number> {
  let connections = 0;
  for (let sent = 0; sent < count; ) {
    const session = openSession(address);
    connections += 1;
    await new Promise((resolve) => session.once('remoteSettings', resolve).once('close', resolve));
    while (sent < count && !session.closed && !session.destroyed) {
      // Fewer at once than may be open: each is reset as soon as it is sent.
      for (let i = 0; i < 100 && sent < count && !session.destroyed; i++, sent++) {
        const stream = openCall(session, method);
        stream.write(optionsOf('reset'));
        stream.close(8);
      }
      await sleep(1);
    }
    session.destroy();
  }
  return connections;
}

/** Calls with so many bytes of headers; how each ended. */
export async function sendHeaders(address: string, bytes: number, count: number): Promise<readonly string[]> {
  const session = openSession(address);
  const statuses: string[] = [];
  for (let sent = 0; sent < count && !session.destroyed; sent++) {
    const call = openCall(session, Classify.path, { 'x-large': 'x'.repeat(bytes) });
    const ended = statusOf(call);
    call.end(framed(Classify.requestSerialize({ options: null, batch: null })));
    statuses.push(await ended);
  }
  session.destroy();
  return statuses;
}

export interface IdleStreams {
  readonly streams: readonly ClientHttp2Stream[];
  close(): void;
}

/** Opens streams that say nothing, as many to a connection as it takes. */
export async function openIdle(address: string, count: number): Promise<IdleStreams> {
  const sessions: ClientHttp2Session[] = [];
  const streams: ClientHttp2Stream[] = [];
  while (streams.length < count) {
    const session = openSession(address);
    sessions.push(session);
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    const most = Math.min(count - streams.length, session.remoteSettings.maxConcurrentStreams ?? 100);
    for (let i = 0; i < most; i++) streams.push(openCall(session, ClassifyStream.path));
    await new Promise((resolve) => session.ping(resolve));
  }
  return {
    streams,
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** Asks one batch over an idle stream; how it ended. */
export function useStream(stream: ClientHttp2Stream, batch: Batch): Promise<string> {
  const ended = statusOf(stream);
  stream.write(optionsOf('late'));
  stream.end(batchMessage(batch));
  return ended;
}
