import type { Clock } from '../base/clock.ts';
import type { AnswerStore, StoredAnswer } from './store.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Entries beyond it push out the least recently used. */
  readonly maxBytes: number;
  readonly ttlMs: number;
}

/** Key, map slot and object headers of one entry, measured on Node 24 and rounded up. */
const entryOverheadBytes = 300;

function sizeOf(answer: StoredAnswer): number {
  return entryOverheadBytes + 2 * JSON.stringify(answer.outputs).length;
}

/** Answers in this process only: least recently used out first, nothing after its time to live. */
export function memoryStore({ clock, maxBytes, ttlMs }: MemoryStoreOptions): AnswerStore {
  // A Map keeps insertion order: re-inserting on use makes the first entry the least recently used.
  const entries = new Map<string, { answer: StoredAnswer; bytes: number; untilMs: number }>();
  let bytes = 0;

  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    bytes -= entry.bytes;
    entries.delete(key);
  }

  function get(key: string): StoredAnswer | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (entry.untilMs <= clock.now()) {
      bytes -= entry.bytes;
      return undefined;
    }
    entries.set(key, entry);
    return entry.answer;
  }

  return {
    getMany: async (keys) => keys.map(get),
    put(key, answer) {
      remove(key);
      const entry = { answer, bytes: sizeOf(answer), untilMs: clock.now() + ttlMs };
      entries.set(key, entry);
      bytes += entry.bytes;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    async close() {
      entries.clear();
      bytes = 0;
    },
  };
}

/** Keeps nothing: every question is asked. */
export const noStore: AnswerStore = {
  getMany: async (keys) => keys.map(() => undefined),
  put() {},
  async close() {},
};
