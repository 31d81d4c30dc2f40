import type { AnswerColumn } from '../arrow/answers.ts';
import type { ColumnNames } from '../arrow/choose.ts';
import type { AnswerShape } from '../arrow/encode.ts';
import type { Truncation } from '../base/conversation.ts';
import type { Scope } from '../base/scope.ts';
import type { Texts } from './texts.ts';

/** What the worker must know of one classifier to make a question's key and text. */
export interface QuestionSpec {
  /** 64 hex. */
  readonly digest: string;
  /** Logical model. */
  readonly model: string;
  readonly truncate: Truncation | null;
}

/** Whose a task is: jobs take turns at the threads. */
interface JobTask {
  readonly jobId: string;
}

export interface PrepareTask extends JobTask {
  /** One whole Arrow IPC stream. Transferred where it fills most of its buffer: read nothing of that afterwards. */
  readonly ipc: Uint8Array;
  /** As the client declares them; another number found is `row_count`. */
  readonly rowCount: number;
  readonly maxRows: number;
  readonly columns: ColumnNames;
  /** One per classifier, in output order. */
  readonly questions: readonly QuestionSpec[];
  /** False where the answers are expected in the store: keys are half of the work. */
  readonly texts: boolean;
}

export type SkipCode = 'null' | 'empty' | 'bad_conversation';

/** The conversations of a batch as they are asked. */
export interface AskedTexts {
  /** Compact JSON arrays, truncated; rows and classifiers that cut alike share one. */
  readonly texts: Texts;
  /** UTF-8 bytes that truncation left out of each text. */
  readonly cutBytes: Int32Array;
  /** `textOf[classifier][row]`: index into texts; -1 where the row is skipped. */
  readonly textOf: readonly Int32Array[];
}

export interface PreparedBatch {
  readonly rows: number;
  /** Per row: why it is not asked, or null. */
  readonly skipped: readonly (SkipCode | null)[];
  /** `keys[classifier][row]`: 32 hex; '' where the row is skipped. */
  readonly keys: readonly (readonly string[])[];
  /** UTF-8 bytes of each row's canonical form; 0 where the row is skipped. */
  readonly bytes: Int32Array;
  /** Null where they were not wanted. */
  readonly asked: AskedTexts | null;
  /** The task's bytes, given back where they may be wanted again: texts were left out. */
  readonly ipc: Uint8Array | null;
  /** IPC stream of exactly one record batch: id and passthrough columns in plain types (may have no column). */
  readonly carried: Uint8Array;
}

export interface EncodeTask extends JobTask {
  readonly carried: Uint8Array;
  readonly rows: number;
  readonly columns: readonly AnswerColumn[];
}

export interface SchemaTask extends JobTask {
  /** Schema of the input as an IPC stream (end marker optional); null: answer columns only. */
  readonly input: Uint8Array | null;
  readonly columns: ColumnNames;
  readonly classifiers: readonly AnswerShape[];
}

/** Everything that grows with the text. The same functions run in threads and, for tests, in-process. */
export interface Workers {
  /** Decode, validate, normalise, key, truncate. Rejects with an ExchangeErrorKind (bad_arrow, row_count, ...). */
  prepare(task: PrepareTask, scope: Scope): Promise<PreparedBatch>;
  /** One IPC stream of exactly one record batch, plain types only, every field nullable. */
  encode(task: EncodeTask, scope: Scope): Promise<Uint8Array>;
  /** The schema `encode` will write, framed as an IPC stream without its end marker. */
  schema(task: SchemaTask, scope: Scope): Promise<Uint8Array>;
  /** Tasks waiting for a thread. */
  readonly queued: number;
  close(): Promise<void>;
}
