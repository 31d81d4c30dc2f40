import type { Json } from '../arrow/jsonRows.ts';
import type { AnswerCode, Source, Status } from '../base/answer.ts';

/** The answer of one classifier about one row: its outputs by name (`label`), and how it came about. */
export interface ClassifierAnswer {
  /** Null unless `status` is `ok`. */
  readonly [output: string]: Json;
  readonly status: Status;
  /** Null exactly where `status` is `ok`. */
  readonly error_code: AnswerCode | null;
  /** One sentence, never text of the conversation. */
  readonly error_message: string | null;
  readonly source: Source;
  /** What was needed to read the reply, such as `fences+wrong_case`; null: nothing. */
  readonly repair: string | null;
  readonly model: string | null;
  readonly endpoint: string | null;
  /** Start of the digest of the prompt. */
  readonly prompt_digest: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly attempts: number;
  readonly latency_ms: number;
  /** Questions in the request that gave this answer: 1 means asked alone, 0 that nothing was sent. */
  readonly call_questions: number;
}

/** One answer for each classifier under its name. A file's classifier has the name that the file says. */
export type Answers<Name extends string> = {
  readonly [Each in Name as Each extends `${string}.prompty` ? string : Each]: ClassifierAnswer;
};
