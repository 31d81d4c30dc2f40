import { TextDecoder } from 'node:util';
import type { SemtelError } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { chunks } from './bytes.ts';
import { wrong } from './records.ts';

/** The text of a UTF-8 file, piece by piece, without byte-order mark. Rejects with `input` errors that name its line. */
export async function* decoded(path: string, compression: Compression | null): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let before: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks(path, compression)) {
    const text = decodedBy(decoder, chunk);
    if (text === undefined) throw notUtf8(path, line + linesBeforeFault(before, chunk));
    yield text;
    line += lineEnds(text);
    before = chunk;
  }
  const rest = decodedBy(decoder, undefined);
  if (rest === undefined) throw notUtf8(path, line);
  yield rest;
}

/** Undefined where the bytes, which may follow others, are not UTF-8; without any, where those before are cut. */
function decodedBy(decoder: TextDecoder, bytes: Buffer | undefined): string | undefined {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    return undefined;
  }
}

/** Line ends of `chunk` before what is not UTF-8. */
function linesBeforeFault(before: Buffer, chunk: Buffer): number {
  const decoder = new TextDecoder();
  // A character of up to four bytes may have begun there.
  decoder.decode(before.subarray(-3), { stream: true });
  return lineEnds(decoder.decode(chunk).split('\uFFFD', 1)[0]!);
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1;
}

function notUtf8(path: string, line: number): SemtelError {
  return wrong(path, line, 'this is not UTF-8; save the file as UTF-8');
}
