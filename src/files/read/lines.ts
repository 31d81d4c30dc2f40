import type { Compression } from '../format.ts';
import { decoded } from './decoded.ts';

export interface Line {
  /** From 1 on, as editors count. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a UTF-8 file that are not blank, without line ends.
 * Only `\n` ends a line: JSON strings may hold U+2028, at which node:readline would cut.
 */
export async function* lines(path: string, compression: Compression | null): AsyncGenerator<Line> {
  let number = 0;
  let rest = '';
  for await (const text of decoded(path, compression)) {
    const whole = (rest + text).split('\n');
    rest = whole.pop()!;
    for (const line of whole) {
      number++;
      if (line.trim() !== '') yield { number, text: line };
    }
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}
