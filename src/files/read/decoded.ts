import { unreadable } from '../../arrow/unreadable.ts';
import { SemtelError } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { chunks } from './bytes.ts';

/** The text of a UTF-8 file, piece by piece, without byte-order mark. Rejects with `input` errors that name it. */
export async function* decoded(path: string, compression: Compression | null): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  try {
    for await (const chunk of chunks(path, compression)) {
      yield decoder.decode(chunk, { stream: true });
      bytes += chunk.length;
    }
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw unreadable(path, error);
    throw new SemtelError('input', `${path}: what follows byte ${bytes.toLocaleString('en')} is not UTF-8.`, {
      cause: error,
    });
  }
}
