import { createReadStream } from 'node:fs';
import { SemtelError } from '../base/error.ts';

export interface Line {
  /** From 1 on, as editors count. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a UTF-8 file that are not blank, without byte-order mark and line ends.
 * Only `\n` ends a line: JSON strings may hold U+2028, at which node:readline would cut.
 */
export async function* lines(path: string): AsyncGenerator<Line> {
  let number = 0;
  let rest = '';
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for await (const chunk of createReadStream(path)) {
      const whole = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = whole.pop()!;
      for (const text of whole) {
        number++;
        if (text.trim() !== '') yield { number, text };
      }
    }
    rest += decoder.decode();
    if (rest.trim() !== '') yield { number: number + 1, text: rest };
  } catch (error) {
    throw unreadable(path, number, error);
  }
}

function unreadable(path: string, number: number, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const cause = { cause: error };
  if (code === 'ENOENT') return new SemtelError('input', `${path}: there is no such file.`, cause);
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new SemtelError('input', `${path}: the text after line ${number} is not UTF-8.`, cause);
  }
  return new SemtelError('input', `${path}: cannot be read (${code}).`, cause);
}
