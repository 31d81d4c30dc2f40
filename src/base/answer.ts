/** The one state a question ends in. */
export const statuses = [
  'ok',
  'invalid',
  'refused',
  'failed',
  'skipped',
  'over_budget',
  'cancelled',
] as const;
export type Status = (typeof statuses)[number];

/** Why a question did not end `ok`: the closed list of the output contract. */
export type AnswerCode =
  | 'unreadable'
  | 'schema_mismatch'
  | 'not_in_label_set'
  | 'truncated_reply'
  | 'model_refusal'
  | 'content_filter'
  | 'deadline'
  | 'attempts_exhausted'
  | 'endpoints_rejected'
  | 'request_rejected'
  | 'context_length'
  | 'null'
  | 'empty'
  | 'bad_conversation'
  | 'screened_out'
  | 'max_cost'
  | 'max_tokens'
  | 'cancelled';

/** Where an answer came from. */
export type Source = 'llm' | 'store' | 'shared' | 'reuse' | 'none';

export type OutputKind = 'string' | 'integer' | 'float' | 'boolean' | 'array' | 'object';
export type OutputValue =
  | string
  | number
  | boolean
  | null
  | readonly OutputValue[]
  | { readonly [name: string]: OutputValue };

/** One declared or derived output of a classifier: enough to make its Arrow type. */
export interface OutputField {
  readonly name: string;
  readonly kind: OutputKind;
  readonly description?: string;
  /** Element of an array. */
  readonly items?: OutputField;
  /** Members of an object, in file order. */
  readonly properties?: readonly OutputField[];
}

/** One label of a set, as the prompt file defines it. */
export interface LabelDefinition {
  readonly name: string;
  readonly definition: string;
  readonly examples: readonly string[];
  readonly counterexamples: readonly string[];
  /** Further spellings that mean this label. */
  readonly aliases: readonly string[];
}

/** The answer to one question; `outputs` is null unless `status` is ok, `errorCode` is null iff it is. */
export interface Answer {
  readonly status: Status;
  readonly errorCode: AnswerCode | null;
  /** At most 300 characters, never conversation text. */
  readonly errorMessage: string | null;
  readonly outputs: { readonly [name: string]: OutputValue } | null;
  readonly source: Source;
  /** Name of the repair that made the reply readable. */
  readonly repair: string | null;
  readonly model: string | null;
  readonly endpoint: string | null;
  readonly promptTokens: number;
  /** Of `promptTokens`, from the provider's prompt cache: counted in the ledger, no column of its own. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly attempts: number;
  readonly latencyMs: number;
  /** Questions in the request that gave this answer; 1 = asked alone, 0 = no request. */
  readonly callQuestions: number;
}
