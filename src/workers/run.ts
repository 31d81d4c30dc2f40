import { encodeAnswers, encodeSchema } from '../arrow/encode.ts';
import { prepare } from './prepare.ts';
import type { EncodeTask, PreparedBatch, PrepareTask, SchemaTask } from './tasks.ts';

/** A task by name, as it travels to a thread. */
export type Task =
  | { readonly name: 'prepare'; readonly task: PrepareTask }
  | { readonly name: 'encode'; readonly task: PackedEncodeTask }
  | { readonly name: 'schema'; readonly task: SchemaTask };

/** Columns as JSON: one string crosses to a thread for a third of what the objects cost the main one. */
export type PackedEncodeTask = Omit<EncodeTask, 'columns'> & { readonly columns: string };

export function packed(task: EncodeTask): PackedEncodeTask {
  return { ...task, columns: JSON.stringify(task.columns) };
}

export interface Results {
  readonly prepare: PreparedBatch;
  readonly encode: Uint8Array;
  readonly schema: Uint8Array;
}

/** Runs one task; pure. `onDecoded` is called once input bytes are known to be sound. */
export function run({ name, task }: Task, onDecoded: () => void): Results[keyof Results] {
  switch (name) {
    case 'prepare':
      return prepare(task, onDecoded);
    case 'encode':
      // These bytes are our own.
      onDecoded();
      return encodeAnswers(task.carried, task.rows, JSON.parse(task.columns) as EncodeTask['columns']);
    case 'schema':
      return encodeSchema(task.input, task.columns, task.classifiers);
  }
}
