import type { FileHandle } from 'node:fs/promises';
import { SemtelError } from '../base/error.ts';
import { bodyLengthOf, type Frame } from '../base/ipcFrames.ts';
import { type MessagePlace, readFooter } from './footer.ts';

/** Bytes at a place of the file; rejects when they lie outside it. */
type Read = (at: number, length: number) => Promise<Uint8Array>;

const magic = Buffer.from('ARROW1');
const continuation = 0xffffffff;
const prefixBytes = 8;

/**
 * The messages of an IPC file or stream on disk, schema first, one in memory at a time. Rejects with `input` errors
 * that do not name the file. Source: Apache Arrow columnar format, "IPC Streaming Format" and "IPC File Format".
 */
export async function* fileFrames(handle: FileHandle): AsyncGenerator<Frame> {
  const { size } = await handle.stat();
  const read: Read = async (at, length) => {
    if (!(at >= 0 && length >= 0 && at + length <= size)) throw cut();
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, at);
    if (bytesRead < length) throw cut();
    return bytes;
  };
  const start = await read(0, Math.min(magic.length, size));
  yield* magic.equals(start) ? indexedFrames(read, size) : streamedFrames(read);
}

async function* streamedFrames(read: Read): AsyncGenerator<Frame> {
  for (let at = 0; ; ) {
    const length = lengthIn(await read(at, prefixBytes));
    if (length === 0) return;
    const header = await read(at + prefixBytes, length);
    at += prefixBytes + length;
    const bodyLength = bodyLengthOf(header);
    yield { header, body: await read(at, bodyLength) };
    at += bodyLength;
  }
}

async function* indexedFrames(read: Read, size: number): AsyncGenerator<Frame> {
  const end = await read(size - magic.length - 4, magic.length + 4);
  if (!magic.equals(end.subarray(4))) throw cut();
  const footerLength = new DataView(end.buffer).getInt32(0, true);
  const { schema, dictionaries, batches } = readFooter(
    await read(size - magic.length - 4 - footerLength, footerLength),
  );
  yield { header: schema, body: new Uint8Array(0) };
  for (const place of [...dictionaries, ...batches]) yield frameAt(read, place);
}

async function frameAt(read: Read, { offset, metadataLength, bodyLength }: MessagePlace): Promise<Frame> {
  const length = lengthIn(await read(offset, prefixBytes));
  if (length + prefixBytes > metadataLength) throw damaged();
  return {
    header: await read(offset + prefixBytes, length),
    body: await read(offset + metadataLength, bodyLength),
  };
}

/** Length of the metadata that follows a prefix; 0 is the end marker. */
function lengthIn(prefix: Uint8Array): number {
  const view = new DataView(prefix.buffer);
  if (view.getUint32(0, true) !== continuation) throw damaged();
  return view.getInt32(4, true);
}

/** A stream cut between two messages lacks its end marker only: without a look at it, rows would be lost in silence. */
function cut(): SemtelError {
  return new SemtelError('input', 'this is not a whole Arrow IPC file or stream: its end is missing');
}

function damaged(): SemtelError {
  return new SemtelError('input', 'this is no Arrow IPC file or stream, or a damaged one');
}
