import { stringify } from 'csv-stringify/sync';
import { columnPaths } from '../../arrow/columnPaths.ts';
import { type Json, jsonRows } from '../../arrow/jsonRows.ts';
import type { Append, Encoder } from './encoder.ts';

/** The library looks for it in text only, not in nulls. */
const emptyText = /^$/;

/**
 * CSV (RFC 4180) with a line of names; fields of structs get dots (`topic.label`), lists are JSON. Null is an empty
 * field, empty text is one in quotation marks.
 */
export function csvEncoder(append: Append): Encoder {
  let paths: readonly (readonly string[])[] | undefined;
  return {
    async write(ipc) {
      const first = paths === undefined;
      paths ??= columnPaths(ipc);
      const rows = jsonRows(ipc).map((row) => paths!.map((path) => cell(valueAt(row, path))));
      const header = first ? [paths.map((path) => path.join('.'))] : [];
      await append(stringify([...header, ...rows], { quoted_match: emptyText, cast: { boolean: String } }));
    },
    end: async () => {},
  };
}

function valueAt(row: Json, path: readonly string[]): Json {
  let value = row;
  for (const name of path) {
    if (value === null) return null;
    value = (value as { readonly [name: string]: Json })[name] ?? null;
  }
  return value;
}

function cell(value: Json): string | number | boolean | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
