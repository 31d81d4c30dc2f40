import { Field } from 'apache-arrow';
import { int64Column, utf8Column } from './build.ts';
import type { Column } from './column.ts';
import { gather } from './gather.ts';
import { type IdType, retyped, typeOf } from './idType.ts';
import { plainField } from './plainType.ts';
import { writeStream } from './write.ts';

/** Rows of local data on their way to a service: some rows of some columns, copied when they are encoded. */
export interface Rows {
  readonly count: number;
  /** Rows `from` to before `to`. */
  slice(from: number, to: number): Rows;
  /** For `ipcOf`. */
  readonly fields: readonly Field[];
  /** One per field, of one record batch; of any type. */
  readonly columns: readonly Column[];
  /** Which rows of the columns. */
  readonly picked: Int32Array;
}

/** All rows of a record batch's columns. */
export function rowsOf(fields: readonly Field[], columns: readonly Column[]): Rows {
  const length = columns[0]?.length ?? 0;
  return pickedRows(
    fields,
    columns,
    Int32Array.from({ length }, (_, row) => row),
  );
}

function pickedRows(fields: readonly Field[], columns: readonly Column[], picked: Int32Array): Rows {
  return {
    count: picked.length,
    slice: (from, to) => pickedRows(fields, columns, picked.subarray(from, to)),
    fields,
    columns,
    picked,
  };
}

/** Rows made from values: a text column for conversations and, unless its name is empty, one for ids. */
export function rowsFrom(
  id: { readonly name: string } & (
    | { readonly kind: 'text'; readonly values: readonly (string | null)[] }
    | { readonly kind: 'integer'; readonly values: readonly (number | bigint | null)[] }
  ),
  conversation: { readonly name: string; readonly values: readonly (string | null)[] },
): Rows {
  const ids = () => (id.kind === 'text' ? utf8Column(id.values) : int64Column(id.values));
  const columns: readonly (readonly [string, Column])[] = [
    ...(id.name === '' ? [] : [[id.name, ids()] as const]),
    [conversation.name, utf8Column(conversation.values)],
  ];
  return rowsOf(
    columns.map(([name, { type }]) => new Field(name, type, true)),
    columns.map(([, column]) => column),
  );
}

/** The rows with the ids of column `name`, which are text or integers, in another type of their kind. */
export function withIdType({ fields, columns, picked }: Rows, name: string, type: IdType): Rows {
  const place = fields.findIndex((field) => field.name === name);
  const { nullable } = fields[place]!;
  return pickedRows(
    fields.with(place, new Field(name, typeOf(type), nullable)),
    columns.map((column, index) => (index === place ? retyped(column, type) : column)),
    picked,
  );
}

/** The parts in order as one whole IPC stream of one record batch in plain types; all have the same fields. */
export function ipcOf(parts: readonly Rows[]): Uint8Array {
  const fields = parts[0]?.fields ?? [];
  const filled = parts.filter(({ count }) => count > 0);
  const columns = fields.map(({ type }, index) =>
    gather(
      type,
      filled.map((part) => ({ column: part.columns[index]!, rows: part.picked })),
    ),
  );
  const rows = filled.reduce((sum, { count }) => sum + count, 0);
  return writeStream(fields.map(plainField), columns, rows);
}
