import type { OutputValue } from '../base/answer.ts';

/** One HTTP request to a model, and what became of it; without headers and keys. */
export interface CallRecord {
  /** Classifiers that the request asked for, one or several. */
  readonly classifiers: readonly string[];
  /** Index of its body in `requests`. */
  readonly request: number;
  readonly endpoint: string;
  /** ISO 8601. */
  readonly sent_at: string;
  readonly latency_ms: number;
  /** `ok`, or how it failed. */
  readonly outcome: string;
  /** What the endpoint did instead of replying, as the end of a sentence; null for a reply. */
  readonly reason: string | null;
  /** As it came, before anything was read or repaired. */
  readonly reply: {
    readonly text: string;
    readonly refusal: string | null;
    readonly finish_reason: string;
    readonly model: string;
    readonly prompt_tokens: number;
    readonly cached_tokens: number;
    readonly completion_tokens: number;
  } | null;
}

/** How one label came about: all that was sent for it and came back. Holds the conversation and the reply as text. */
export interface LabelRecord {
  readonly job_id: string;
  readonly classifier: string;
  /** Logical model. */
  readonly model: string;
  /** Bodies of the requests as sent, each once. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
  /** In the order in which they ended. */
  readonly calls: readonly CallRecord[];
  readonly status: string;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly outputs: { readonly [name: string]: OutputValue } | null;
  /** Applied to the last reply. */
  readonly repair: string | null;
  /** The label's own part of what its calls were billed for. */
  readonly prompt_tokens: number;
  readonly cached_tokens: number;
  readonly completion_tokens: number;
  readonly cost: number;
  /** Null where the model has no price: then cost is 0. */
  readonly currency: string | null;
}

/** Keeps records for `semtel why`. A keeper that fails slows nothing and loses no answer. */
export interface RecordKeeper {
  /** Wall clock, Unix milliseconds: records outlive processes. */
  now(): number;
  /** Returns at once; written later. */
  keep(questionKey: string, record: LabelRecord): void;
  close(): Promise<void>;
}

/**
 * Where a question's record is kept. Failures have a place of their own: asking again without success must not take away
 * how the answer came about that is still given from the store.
 */
export function recordKey(questionKey: string, ok: boolean): string {
  return ok ? questionKey : `${questionKey}00`;
}
