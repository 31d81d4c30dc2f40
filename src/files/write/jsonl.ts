import { jsonRows } from '../../arrow/jsonRows.ts';
import type { Append, Encoder } from './encoder.ts';

/** One JSON object a line. */
export function jsonlEncoder(append: Append): Encoder {
  return {
    write: (ipc) =>
      append(
        jsonRows(ipc)
          .map((row) => `${JSON.stringify(row)}\n`)
          .join(''),
      ),
    end: async () => {},
  };
}
