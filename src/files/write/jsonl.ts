import { jsonRows } from '../../arrow/jsonRows.ts';
import { writtenWhole } from '../largeIntegers.ts';
import type { Append, Encoder } from './encoder.ts';

/** One JSON object a line; integers have all their digits. */
export function jsonlEncoder(append: Append): Encoder {
  return {
    write: (ipc) =>
      append(
        jsonRows(ipc, writtenWhole)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      ),
    end: async () => {},
  };
}
