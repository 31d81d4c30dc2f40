import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { classifierService } from '../../src/server/proto.ts';
import type { Batch } from './batches.ts';
import { batchMessage, framed, openCall, openSession, optionsMessage, statusOf } from './rawGrpc.ts';

const { Classify, ClassifyStream } = classifierService;

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
        stream.write(optionsMessage('reset'));
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

/** Asks one batch over a stream that is open; how it ended. */
export function useStream(stream: ClientHttp2Stream, batch: Batch): Promise<string> {
  const ended = statusOf(stream);
  stream.write(optionsMessage('late'));
  stream.end(batchMessage(batch));
  return ended;
}

/** Asks one batch over a connection of its own, whatever its size; how it ended. */
export async function sendBatch(address: string, batch: Batch): Promise<string> {
  const session = openSession(address);
  const status = await useStream(openCall(session, ClassifyStream.path), batch);
  session.destroy();
  return status;
}
