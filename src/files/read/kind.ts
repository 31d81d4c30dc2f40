import { open } from 'node:fs/promises';
import { unreadable } from '../../arrow/unreadable.ts';
import { SemtelError } from '../../base/error.ts';
import type { Compression, Kind } from '../format.ts';
import { kindBySuffix } from '../format.ts';
import { chunks } from './bytes.ts';
import { isSkippable } from './zstdFrames.ts';

/** How files begin. Sources: Parquet and Arrow IPC file formats, RFC 1952 (gzip), RFC 8878 (zstd). */
const starts = {
  parquet: Buffer.from('PAR1'),
  arrowFile: Buffer.from('ARROW1'),
  arrowStream: Buffer.from([0xff, 0xff, 0xff, 0xff]),
  utf16: Buffer.from([0xff, 0xfe]),
  gzip: Buffer.from([0x1f, 0x8b]),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
};
const startBytes = 8;
/** Enough to find the first character of text behind blanks and a byte-order mark. */
const textBytes = 4096;

/** What a file holds, by its first bytes; its suffix is asked only where it is empty. Rejects with one `input` sentence. */
export async function kindOf(path: string): Promise<Kind> {
  const start = await firstBytes(path);
  const begins = (with_: Buffer) => with_.equals(start.subarray(0, with_.length));
  if (begins(starts.parquet)) return { format: 'parquet', compression: null };
  if (begins(starts.arrowFile) || begins(starts.arrowStream)) return { format: 'arrow', compression: null };
  if (begins(starts.utf16))
    throw new SemtelError('input', `${path}: this is UTF-16; save the file as UTF-8.`);
  if (begins(starts.gzip)) return { format: await textFormat(path, 'gzip'), compression: 'gzip' };
  if (begins(starts.zstd) || isSkippable(start))
    return { format: await textFormat(path, 'zstd'), compression: 'zstd' };
  return { format: await textFormat(path, null), compression: null };
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** JSON lines begin with an object; other text is CSV, whose first line are names. */
async function textFormat(path: string, compression: Compression | null): Promise<'jsonl' | 'csv'> {
  let start = '';
  for await (const chunk of chunks(path, compression)) {
    start += chunk.toString('utf8');
    if (start.length >= textBytes) break;
  }
  const [first] = start.replace(/^\uFEFF/, '').trimStart();
  if (first === undefined) {
    const bySuffix = kindBySuffix(path)?.format;
    if (bySuffix === 'csv') return 'csv';
    if (bySuffix === 'jsonl' || bySuffix === undefined) return 'jsonl';
    throw new SemtelError('input', `${path}: the file is empty, and no ${bySuffix} file is.`);
  }
  if (first === '{') return 'jsonl';
  if (first === '[')
    throw new SemtelError('input', `${path}: this is a JSON array; write one object a line (.jsonl).`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text has no NUL, binary files do.
  if (/\x00/.test(start)) {
    const what = compression === null ? 'this is neither Parquet, Arrow,' : 'unpacked, this is neither';
    throw new SemtelError('input', `${path}: ${what} JSON lines nor CSV.`);
  }
  return 'csv';
}
