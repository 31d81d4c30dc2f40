import { messageOf } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { readWhole } from '../largeIntegers.ts';
import { lines } from './lines.ts';
import { type Records, type TextRecord, wrong } from './records.ts';

/** A file of one JSON object a line; blank lines are left out. */
export function jsonlRecords(path: string, compression: Compression | null): Records {
  return {
    path,
    names: null,
    async *read() {
      for await (const { number, text } of lines(path, compression)) {
        yield { line: number, values: parsed(path, number, text), whole: () => readWhole(text) };
      }
    },
  };
}

function parsed(path: string, line: number, text: string): TextRecord['values'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(path, line, `this is not one whole JSON object (${withoutText(messageOf(error))})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, line, 'every line must be one JSON object');
  }
  return value as TextRecord['values'];
}

/** V8's words quote the text around the fault, and count lines within the one line. */
function withoutText(message: string): string {
  const words = message.replace(/^Unexpected token .*/s, 'unexpected character').replace(/ \(line .*$/s, '');
  return words.replace(/, ".*$/s, '');
}
