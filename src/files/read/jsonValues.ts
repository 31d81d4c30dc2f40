import { type Json, jsonRows } from '../../arrow/jsonRows.ts';
import { ipcOf } from '../../arrow/rows.ts';
import { openFile } from './openFile.ts';

/**
 * The rows of a data file with all their columns, in order, as JSON values; the dotted columns of CSV become structs
 * again, of text. Rejects with `input` errors that name it.
 */
export async function* jsonValues(path: string): AsyncGenerator<{ readonly [column: string]: Json }> {
  const file = await openFile(path);
  if ('names' in file) {
    for await (const { values } of file.read()) yield nested(values as { readonly [column: string]: Json });
    return;
  }
  for await (const rows of file.read([...file.columns.keys()])) yield* jsonRows(ipcOf([rows]));
}

/** `{"topic.label": …}` as `{"topic": {"label": …}}`. */
function nested(values: { readonly [column: string]: Json }): { readonly [column: string]: Json } {
  const columns: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    const dot = name.indexOf('.');
    const column = dot < 0 ? name : name.slice(0, dot);
    columns[column] =
      dot < 0 ? value : { ...(columns[column] as object | undefined), [name.slice(dot + 1)]: value };
  }
  return columns;
}
