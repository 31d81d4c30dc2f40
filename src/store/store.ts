import type { OutputValue } from '../base/answer.ts';

/** A verified answer, as kept by key. */
export interface StoredAnswer {
  readonly outputs: { readonly [name: string]: OutputValue };
  readonly repair: string | null;
  readonly model: string | null;
  readonly endpoint: string | null;
  /** Questions in the request that gave it. */
  readonly callQuestions: number;
}

/** Answers by key (32 hex). A store that fails slows nothing and loses nothing: it warns and answers undefined. */
export interface AnswerStore {
  /** One entry per key, undefined where nothing is kept. */
  getMany(keys: readonly string[]): Promise<readonly (StoredAnswer | undefined)[]>;
  /** Returns at once; made durable later where the store is durable. */
  put(key: string, answer: StoredAnswer): void;
  /** After the last `put`; what is not yet durable is made so. */
  close(): Promise<void>;
}

/** Keeps nothing: every question is asked. */
export const noStore: AnswerStore = {
  getMany: async (keys) => keys.map(() => undefined),
  put() {},
  async close() {},
};
