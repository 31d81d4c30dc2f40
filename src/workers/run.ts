import { encodeAnswers, encodeSchema } from '../arrow/encode.ts';
import { prepare } from './prepare.ts';
import type { EncodeTask, PreparedBatch, PrepareTask, SchemaTask } from './tasks.ts';

/** A task by name, as it travels to a thread. */
export type Task =
  | { readonly name: 'prepare'; readonly task: PrepareTask }
  | { readonly name: 'encode'; readonly task: EncodeTask }
  | { readonly name: 'schema'; readonly task: SchemaTask };

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
      return encodeAnswers(task.carried, task.rows, task.columns);
    case 'schema':
      return encodeSchema(task.input, task.columns, task.classifiers);
  }
}
