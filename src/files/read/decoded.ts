import { SemtelError } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { chunks } from './bytes.ts';

/** The text of a UTF-8 file, piece by piece, without byte-order mark. Rejects with `input` errors that name it. */
export async function* decoded(path: string, compression: Compression | null): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const decode = (chunk: Buffer | undefined) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      const where = bytes.toLocaleString('en');
      throw new SemtelError('input', `${path}: what follows byte ${where} is not UTF-8.`, { cause });
    }
  };
  for await (const chunk of chunks(path, compression)) {
    yield decode(chunk);
    bytes += chunk.length;
  }
  yield decode(undefined);
}
