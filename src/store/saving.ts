import type { Clock } from '../base/clock.ts';
import type { Backend, Entry } from './backend.ts';
import type { Trouble } from './trouble.ts';
import { within } from './within.ts';

/** Values on their way to the backend. */
export interface Saving<Value> {
  /** Only remembers; written within an interval. */
  put(key: string, value: Value): void;
  /** What is not written yet. */
  get(key: string): Value | undefined;
  /** Tries to write everything, once. */
  close(): Promise<void>;
}

export interface SavingOptions<Value> {
  readonly clock: Clock;
  readonly writeMs: number;
  readonly trouble: Trouble;
  toText(value: Value): string;
  /** What a value counts for in the two bounds below. */
  weigh(value: Value): number;
  /** Written as soon as so much waits, and about so much at once. */
  readonly batch: number;
  /** Of more than this the oldest are let go. */
  readonly most: number;
}

/** What a crash can cost, at most: what came in one second, or one batch. */
const saveEveryMs = 1_000;

/**
 * Writes what was put in batches: each second, and as soon as there is a whole one. What fails, or takes longer than
 * `writeMs`, waits for the next.
 */
export function saving<Value>(
  backend: Backend,
  { clock, writeMs, trouble, toText, weigh, batch, most }: SavingOptions<Value>,
): Saving<Value> {
  /** In the order they were put. */
  const waiting = new Map<string, Value>();
  let weight = 0;
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

  function remove(key: string): void {
    const value = waiting.get(key);
    if (value === undefined) return;
    waiting.delete(key);
    weight -= weigh(value);
  }

  /** The oldest that make a batch; at least one. */
  function oldest(): readonly (readonly [string, Value])[] {
    const taken: [string, Value][] = [];
    let sum = 0;
    for (const entry of waiting) {
      if (sum >= batch) break;
      taken.push(entry);
      sum += weigh(entry[1]);
    }
    return taken;
  }

  /** Whole batches as long as there are any; a rest that came meanwhile waits for its second. */
  async function writeBatches(): Promise<void> {
    do {
      const values = oldest();
      const entries = values.map(([key, value]): Entry => [key, toText(value)]);
      try {
        await within(backend.write(entries), writeMs, clock);
      } catch (error) {
        failing = true;
        trouble.failed('write', error);
        return;
      }
      failing = false;
      for (const [key, value] of values) if (waiting.get(key) === value) remove(key);
    } while (weight >= batch);
  }

  return {
    put(key, value) {
      remove(key);
      waiting.set(key, value);
      weight += weigh(value);
      while (weight > most) remove(waiting.keys().next().value!);
      if (weight >= batch && !failing) void flush();
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
