import type { Compression } from '../format.ts';
import { decoded } from './decoded.ts';
import { maxRowLength, wrong } from './records.ts';

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
  let number = 1;
  // Joined once: to join them with each piece takes quadratic time where a line is long.
  let pieces: string[] = [];
  let length = 0;
  for await (const text of decoded(path, compression)) {
    const [end, ...begun] = text.split('\n');
    pieces.push(end!);
    length += end!.length;
    if (length > maxRowLength) throw wrong(path, number, 'this line is longer than 64 Mi characters');
    const rest = begun.pop();
    if (rest === undefined) continue;
    for (const line of [pieces.join(''), ...begun]) {
      if (line.trim() !== '') yield { number, text: line };
      number++;
    }
    pieces = [rest];
    length = rest.length;
  }
  const last = pieces.join('');
  if (last.trim() !== '') yield { number, text: last };
}
