import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fields, Log } from '../../src/base/log.ts';
import { type Metrics, noMetrics } from '../../src/base/metrics.ts';
import type { Backend } from '../../src/store/backend.ts';
import type { StoredAnswer } from '../../src/store/store.ts';

export const answer = (label: string): StoredAnswer => ({
  outputs: { label },
  repair: null,
  model: 'm',
  endpoint: 'e',
  callQuestions: 1,
});

/** The key of question n. */
export const keyOf = (n: number) => (n + 1).toString(16).padStart(32, '0');
export const keysOf = (count: number, from = 0) => Array.from({ length: count }, (_, n) => keyOf(from + n));

/** A backend in memory that can be told to fail or to hang. */
export interface FakeBackend extends Backend {
  readonly kept: Map<string, string>;
  /** Number of entries of each write. */
  readonly writes: number[];
  readonly reads: number[];
  mood: 'well' | 'fails' | 'hangs';
}

export function fakeBackend(): FakeBackend {
  const kept = new Map<string, string>();
  const writes: number[] = [];
  const reads: number[] = [];
  const backend: FakeBackend = {
    name: 'fake',
    kept,
    writes,
    reads,
    mood: 'well',
    async read(keys) {
      reads.push(keys.length);
      await mood();
      return keys.map((key) => kept.get(key));
    },
    async write(entries) {
      writes.push(entries.length);
      await mood();
      for (const [key, text] of entries) kept.set(key, text);
    },
    async close() {},
  };
  const mood = async () => {
    if (backend.mood === 'fails') throw new Error('away');
    if (backend.mood === 'hangs') await new Promise(() => {});
  };
  return backend;
}

export interface Heard {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly warnings: { readonly message: string; readonly fields: Fields }[];
  /** Failures counted, by operation. */
  readonly errors: Record<string, number>;
}

/** What a store says and counts. */
export function heard(): Heard {
  const warnings: Heard['warnings'] = [];
  const errors: Record<string, number> = {};
  return {
    warnings,
    errors,
    log: {
      debug() {},
      info() {},
      error() {},
      warn: (message, fields = {}) => void warnings.push({ message, fields }),
    },
    metrics: {
      ...noMetrics,
      count(_, labels) {
        const { operation } = labels as { readonly operation: string };
        errors[operation] = (errors[operation] ?? 0) + 1;
      },
    },
  };
}

/** Runs `work` in an empty folder that is removed afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-store-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
