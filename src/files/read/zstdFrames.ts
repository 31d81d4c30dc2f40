import { open } from 'node:fs/promises';

/** Length of the field behind the descriptor's two bits. */
const dictionaryIdBytes = [0, 1, 2, 4];
const contentSizeBytes = [0, 2, 4, 8];
const longestHeader = 18;
const blockHeaderBytes = 3;
const runLengthBlock = 1;

/** Bytes `start` to `end`, the last one included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the frames of a zstd file lie. Programs that append or compress in parallel leave several, and Node's
 * decompressor stops after one. Where a frame is cut or damaged its span reaches to the end of the file.
 * Source: RFC 8878, section 3.1.
 */
export async function* zstdFrames(path: string): AsyncGenerator<Span> {
  await using file = await open(path);
  const { size } = await file.stat();
  const read = async (at: number, length: number) => {
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, at);
    return bytes;
  };
  for (let start = 0; start < size; ) {
    const next = Math.min(start + (await frameBytes(read, start, size)), size);
    yield { start, end: next - 1 };
    start = next;
  }
}

type Read = (at: number, length: number) => Promise<Buffer>;

async function frameBytes(read: Read, start: number, size: number): Promise<number> {
  const header = await read(start, longestHeader);
  if (isSkippable(header)) return 8 + header.readUInt32LE(4);
  const descriptor = header[4]!;
  const single = (descriptor >> 5) & 1;
  const checksum = (descriptor >> 2) & 1;
  const contentSize = descriptor >> 6 === 0 ? single : contentSizeBytes[descriptor >> 6]!;
  let at = start + 5 + (1 - single) + dictionaryIdBytes[descriptor & 3]! + contentSize;
  for (let last = 0; last === 0 && at < size; ) {
    const block = (await read(at, blockHeaderBytes)).readUIntLE(0, blockHeaderBytes);
    last = block & 1;
    at += blockHeaderBytes + (((block >> 1) & 3) === runLengthBlock ? 1 : block >> 3);
  }
  return at + 4 * checksum - start;
}

/** Frames without content, which parallel compressors put between others. */
export function isSkippable(start: Buffer): boolean {
  return start.length >= 4 && (start.readUInt32LE(0) & 0xfffffff0) === 0x184d2a50;
}
