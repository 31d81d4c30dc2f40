import type { AnswerCode, LabelDefinition, OutputField, OutputValue } from '../base/answer.ts';
import type { Truncation } from '../base/conversation.ts';

/** Frozen where the conversation is no part of it. */
export interface PromptMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly content: string;
}

/** What a reply was worth. */
export type Reading =
  | {
      readonly ok: true;
      /** Declared and derived outputs. */
      readonly outputs: { readonly [name: string]: OutputValue };
      /** Names of the repairs that made it valid, joined with `+` in the order applied; null for strict JSON. */
      readonly repair: string | null;
    }
  | {
      readonly ok: false;
      readonly status: 'invalid' | 'refused';
      readonly code: Extract<
        AnswerCode,
        'unreadable' | 'schema_mismatch' | 'not_in_label_set' | 'truncated_reply' | 'model_refusal'
      >;
      /** What was wrong, for the row and for asking once more; at most 300 characters, no conversation text. */
      readonly fault: string;
    };

/** A loaded `.prompty` file. Immutable; safe to share between concurrent calls. */
export interface Classifier {
  readonly name: string;
  readonly description: string;
  /** 64 hex over everything that can change an answer. */
  readonly digest: string;
  /** Logical model that the file asks for. */
  readonly model: string;
  /** Declared outputs, then derived ones, in file order. */
  readonly outputs: readonly OutputField[];
  /** Per output: its label set with definitions; empty for outputs without one. */
  readonly labels: Readonly<Record<string, readonly LabelDefinition[]>>;
  readonly truncate: Truncation | null;
  /** May share a request with other conversations: allowed by the file, and one user message holds the conversation. */
  readonly pack: boolean;
  /** May share a request with other classifiers: as `pack`, with the conversation printed unchanged. */
  readonly combine: boolean;
  readonly maxOutputTokens: number;
  /** Further request body fields in OpenAI's names (`temperature`, `top_p`, `seed`, ...). */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** JSON Schema of the declared outputs: every property required, none further. */
  readonly responseSchema: object;
  /** UTF-8 bytes of the messages without the conversation. */
  readonly promptBytes: number;
  /** The messages around one prepared conversation (compact JSON array, as in the template variable). */
  render(conversation: string): readonly PromptMessage[];
  /** Reads a reply's text: strict first, then the ordered repairs; never a label outside the set. */
  read(reply: string): Reading;
}
