import { openArrowFile } from '../arrow/fileReader.ts';
import { type Json, jsonRows } from '../arrow/jsonRows.ts';
import { ipcOf } from '../arrow/rows.ts';
import { formatOf } from './format.ts';
import { parse } from './jsonl.ts';
import { lines } from './lines.ts';

/** The rows of a data file with all their columns, in order, as JSON values. Rejects with `input` errors that name it. */
export async function* jsonValues(path: string): AsyncGenerator<{ readonly [column: string]: Json }> {
  if (formatOf(path) === 'jsonl') {
    for await (const line of lines(path)) yield parse(path, line) as { readonly [column: string]: Json };
    return;
  }
  const file = await openArrowFile(path);
  for await (const rows of file.read([...file.columns.keys()])) yield* jsonRows(ipcOf([rows]));
}
