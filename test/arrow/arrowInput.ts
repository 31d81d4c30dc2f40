import { readFileSync } from 'node:fs';
import type { DataType } from 'apache-arrow';
import {
  Dictionary,
  Field,
  Int32,
  LargeList,
  LargeUtf8,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';
import type { RawConversation } from '../../src/arrow/conversations.ts';
import { type DecodedBatch, decodeBatch } from '../../src/arrow/decode.ts';

/** A stream that another implementation wrote (see fixtures/make.py). */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./fixtures/${name}.arrow`, import.meta.url)));
}

export const textTypes: Readonly<Record<string, () => DataType>> = {
  utf8: () => new Utf8(),
  large_utf8: () => new LargeUtf8(),
  utf8_view: () => new Utf8View(),
  dictionary: () => new Dictionary(new Utf8(), new Int32()),
};

export interface Turn {
  readonly role: string;
  readonly content: string | null;
}

/** `list<struct<further, content, role>>`: members in another order, and one more. */
export function listType(large: boolean): DataType {
  const struct = new Struct([
    new Field('further', new Int32(), true),
    new Field('content', new Utf8(), true),
    new Field('role', new Utf8(), true),
  ]);
  const item = new Field('item', struct, true);
  return large ? new LargeList(item) : new List(item);
}

export type Columns = Readonly<Record<string, { type: DataType; values: readonly unknown[] }>>;

/** A stream with one column per entry, in record batches made one by one (the library slices views wrongly). */
export function stream(columns: Columns, batches = 1): Uint8Array {
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true));
  const rows = Object.values(columns)[0]!.values.length;
  const size = Math.max(1, Math.ceil(rows / batches));
  const made: RecordBatch[] = [];
  for (let at = 0; at < rows; at += size) {
    const children = Object.values(columns).map(
      ({ type, values }) => vectorFromArray(values.slice(at, at + size), type).data[0]!,
    );
    const length = Math.min(size, rows - at);
    made.push(new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length, children })));
  }
  return tableToIPC(new Table(new Schema(fields), made), 'stream');
}

export const noNames = { conversation: '', id: '', passthrough: [] };
export const anyRows = { rowCount: null, maxRows: 100_000 };

export function conversationsOf(batch: DecodedBatch): RawConversation[] {
  return Array.from({ length: batch.rows }, (_, row) => batch.conversation(row));
}

export function decoded(ipc: Uint8Array, names = {}): RawConversation[] {
  return conversationsOf(decodeBatch(ipc, { ...noNames, ...names }, anyRows));
}
