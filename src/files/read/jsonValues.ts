import { type Json, jsonRows } from '../../arrow/jsonRows.ts';
import { ipcOf } from '../../arrow/rows.ts';
import { openFile } from './openFile.ts';
import type { TextRecord } from './records.ts';

type JsonRow = { readonly [column: string]: Json };

/**
 * The rows of a data file with all their columns, in order, as JSON values. In CSV all values are text, and the dotted
 * columns of `structs` become structs again. Rejects with `input` errors that name it.
 */
export async function* jsonValues(path: string, structs: readonly string[]): AsyncGenerator<JsonRow> {
  const file = await openFile(path);
  if ('names' in file) {
    for await (const record of file.read()) yield nested(record.whole(), structs);
    return;
  }
  for await (const rows of file.read([...file.columns.keys()])) yield* jsonRows(ipcOf([rows]));
}

/** `{"topic.label": …}` as `{"topic": {"label": …}}`. */
function nested(values: TextRecord['values'], structs: readonly string[]): JsonRow {
  const row: { [column: string]: Json } = {};
  for (const [name, read] of Object.entries(values)) {
    const value = typeof read === 'bigint' ? String(read) : (read as Json);
    const [first, ...rest] = name.split('.');
    if (rest.length === 0 || !structs.includes(first!)) row[name] = value;
    else put(row, [first!, ...rest], value);
  }
  return row;
}

function put(struct: { [name: string]: Json }, [first, ...rest]: readonly string[], value: Json): void {
  struct[first!] ??= rest.length === 0 ? value : {};
  if (rest.length > 0) put(struct[first!] as { [name: string]: Json }, rest, value);
}
