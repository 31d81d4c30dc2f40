import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Backend } from './backend.ts';
import { looking } from './looking.ts';
import { saving } from './saving.ts';
import type { AnswerStore, StoredAnswer } from './store.ts';
import { storeTrouble } from './trouble.ts';

export interface KeptOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Longest look-up that questions wait for. */
  readonly readMs: number;
  /** Longest time that a thousand answers may take to be written. */
  readonly writeMs: number;
}

/** What a crash can cost, at most: the answers of one second, or this many. */
export const saveEveryAnswers = 1_000;
/** Some 50 MB: minutes of a busy server's answers outlast a store that is away. The oldest are let go. */
const maxWaiting = 100_000;

const words = {
  read: 'Kept answers cannot be looked up; questions are asked instead.',
  write: 'Answers cannot be kept for now; they are given all the same.',
  lost: 'Answers were given and not kept: they will be asked again.',
};

/**
 * Answers that outlive the process. `put` only remembers: answers are written each second or thousand, beside the
 * work, and found by `getMany` at once. Whatever the backend does, nothing here rejects.
 */
export function keptStore(
  backend: Backend,
  { clock, log, metrics, readMs, writeMs }: KeptOptions,
): AnswerStore {
  const trouble = storeTrouble(backend.name, words, { clock, log, metrics });
  const unsaved = saving<StoredAnswer>(backend, {
    clock,
    writeMs,
    trouble,
    toText: (answer) => JSON.stringify(answer),
    weigh: () => 1,
    batch: saveEveryAnswers,
    most: maxWaiting,
  });
  const saved = looking(backend, { clock, readMs, trouble });
  return {
    async getMany(keys) {
      const found = keys.map((key) => unsaved.get(key));
      const unknown = keys.filter((_, index) => found[index] === undefined);
      if (unknown.length === 0) return found;
      const texts = (await saved.read(unknown)).values();
      return found.map((answer) => answer ?? answerOf(texts.next().value));
    },
    put: unsaved.put,
    async close() {
      saved.close();
      await unsaved.close();
      await backend.close().catch((error: unknown) => trouble.failed('write', error));
    },
  };
}

/** A text that is not an answer (somebody else's under our key) is as good as none, and is written over. */
function answerOf(text: string | undefined): StoredAnswer | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isAnswer =
      typeof value === 'object' && value !== null && 'outputs' in value && 'callQuestions' in value;
    return isAnswer ? (value as StoredAnswer) : undefined;
  } catch {
    return undefined;
  }
}
