import type { Clock } from '../base/clock.ts';
import type { Backend, Entry } from './backend.ts';
import type { StoredAnswer } from './store.ts';
import type { Trouble } from './trouble.ts';
import { within } from './within.ts';

/** Answers on their way to the backend. */
export interface Saving {
  /** Only remembers; written within an interval. */
  put(key: string, answer: StoredAnswer): void;
  /** What is not written yet. */
  get(key: string): StoredAnswer | undefined;
  /** Tries to write everything, once. */
  close(): Promise<void>;
}

/** What a crash can cost, at most: the answers of one second, or this many. */
const saveEveryMs = 1_000;
export const saveEveryAnswers = 1_000;
/** Some 50 MB: minutes of a busy server's answers outlast a store that is away. The oldest are let go. */
const maxWaiting = 100_000;

/**
 * Writes what was put in batches: each second, and as soon as there are a thousand. What fails, or takes longer than
 * `writeMs`, waits for the next.
 */
export function saving(
  backend: Backend,
  { clock, writeMs, trouble }: { readonly clock: Clock; readonly writeMs: number; readonly trouble: Trouble },
): Saving {
  /** In the order they were put. */
  const waiting = new Map<string, StoredAnswer>();
  let failing = false;
  let running: Promise<void> | undefined;
  let stopTimer: (() => void) | undefined;

  function flush(): Promise<void> {
    stopTimer?.();
    stopTimer = undefined;
    running ??= writeBatches().finally(() => {
      running = undefined;
      if (waiting.size > 0) later();
    });
    return running;
  }

  function later(): void {
    stopTimer ??= clock.after(saveEveryMs, () => void flush());
  }

  /** Whole batches as long as there are any; a rest that came meanwhile waits for its second. */
  async function writeBatches(): Promise<void> {
    do {
      const batch = [...waiting.entries().take(saveEveryAnswers)];
      const entries = batch.map(([key, answer]): Entry => [key, JSON.stringify(answer)]);
      try {
        await within(backend.write(entries), writeMs, clock);
      } catch (error) {
        failing = true;
        trouble.failed('write', error);
        return;
      }
      failing = false;
      for (const [key, answer] of batch) if (waiting.get(key) === answer) waiting.delete(key);
    } while (waiting.size >= saveEveryAnswers);
  }

  return {
    put(key, answer) {
      waiting.delete(key);
      waiting.set(key, answer);
      if (waiting.size > maxWaiting) waiting.delete(waiting.keys().next().value!);
      if (waiting.size >= saveEveryAnswers && !failing) void flush();
      else if (running === undefined) later();
    },
    get: (key) => waiting.get(key),
    async close() {
      await running;
      failing = false;
      while (waiting.size > 0 && !failing) await flush();
      stopTimer?.();
      if (waiting.size > 0) trouble.lost(waiting.size);
    },
  };
}
