import {
  Field,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';

/** Rows of local data on their way to a service: whole columns, cut without copying. */
export interface Rows {
  readonly count: number;
  /** Rows `from` to before `to`. */
  slice(from: number, to: number): Rows;
  /** For `ipcOf` alone. */
  readonly batch: RecordBatch;
}

export function rowsOf(batch: RecordBatch): Rows {
  return {
    count: batch.numRows,
    slice: (from, to) => rowsOf(batch.slice(from, to)),
    batch,
  };
}

export type Id = string | bigint | null;

/** Rows made from values: a text column for conversations and, unless its name is empty, one for ids. */
export function rowsFrom(
  id: { readonly name: string; readonly kind: 'text' | 'integer'; readonly values: readonly Id[] },
  conversation: { readonly name: string; readonly values: readonly (string | null)[] },
): Rows {
  const columns: [string, Vector][] = [[conversation.name, vectorFromArray(conversation.values, new Utf8())]];
  if (id.name !== '') {
    columns.unshift([
      id.name,
      id.kind === 'text'
        ? vectorFromArray(id.values as (string | null)[], new Utf8())
        : vectorFromArray(id.values as (bigint | null)[], new Int64()),
    ]);
  }
  const fields = columns.map(([name, vector]) => new Field(name, vector.type, true));
  const length = conversation.values.length;
  const children = columns.map(([, vector]) => vector.data[0]!);
  return rowsOf(
    new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length, children })),
  );
}

/** The parts in order as one whole IPC stream; they share one schema. */
export function ipcOf(parts: readonly Rows[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  for (const part of parts) writer.write(part.batch);
  return writer.finish().toUint8Array(true);
}
