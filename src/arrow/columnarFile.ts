import { DataType, type Field } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import type { Column } from './column.ts';
import { holdsConversations } from './conversations.ts';
import { plainType } from './plainType.ts';
import { type Rows, rowsOf } from './rows.ts';
import { loadSchema, loadStream } from './stream.ts';
import { unreadable } from './unreadable.ts';

/** A file of columns on disk: Arrow IPC, Parquet. */
export interface ColumnarFile {
  /** Column names in file order, with the plain types that they come out in, in Arrow's words. */
  readonly columns: ReadonlyMap<string, string>;
  /** Null where it takes reading to know. */
  readonly rows: number | null;
  /** True for columns that can be carried as ids: text and integers. */
  canBeId(column: string): boolean;
  /** True for columns that can hold conversations: text and lists of messages. */
  canBeConversation(column: string): boolean;
  /**
   * The named columns: first an item without rows, then one for each record batch. Each call reads the file anew.
   * `conversation` names one of them, of which what makes no conversation may be left out.
   */
  read(columns: readonly string[], conversation?: string): AsyncIterable<Rows>;
}

/**
 * A file told by the IPC stream of its schema and by a function that reads it as whole IPC streams with, at least, the
 * named columns. Every stream is checked as those of clients are: a damaged file is an `input` error that names it.
 */
export function columnarFile(
  path: string,
  schemaIpc: Uint8Array,
  streams: (columns: readonly string[], conversation: string | null) => AsyncIterable<Uint8Array>,
  rows: number | null = null,
): ColumnarFile {
  const { fields, types } = schemaOf(path, schemaIpc);
  const named = (name: string): Field => fields.find((field) => field.name === name)!;
  return {
    columns: new Map([...types].map(([name, type]) => [name, String(type)])),
    rows,
    canBeId: (column) => isTextOrInteger(types.get(column)),
    canBeConversation: (column) => holdsConversations(types.get(column)!),
    async *read(columns, conversation) {
      yield rowsOf(columns.map(named), []);
      let read = 0;
      try {
        for await (const ipc of streams(columns, conversation ?? null)) {
          const { schema, batches } = loadStream(ipc, { rowCount: null, maxRows: Number.MAX_SAFE_INTEGER });
          const places = columns.map((name) => schema.fields.findIndex((field) => field.name === name));
          const fields = places.map((place) => schema.fields[place]!);
          for (const batch of batches) {
            const part = rowsOf(fields, columnsAt(places, batch));
            read += part.count;
            yield part;
          }
        }
        if (rows !== null && read !== rows)
          throw new SemtelError('input', `it says ${rows} rows and holds ${read}`);
      } catch (error) {
        throw unreadable(path, error);
      }
    },
  };
}

/** The fields as they are, and the types that their values are encoded in. */
function schemaOf(path: string, schemaIpc: Uint8Array) {
  try {
    const { fields } = loadSchema(schemaIpc);
    return { fields, types: new Map(fields.map(({ name, type }) => [name, plainType(type)])) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function columnsAt(places: readonly number[], batch: readonly Column[]): readonly Column[] {
  return places.map((place) => batch[place]!);
}

function isTextOrInteger(type: DataType | undefined): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isInt(type);
}
