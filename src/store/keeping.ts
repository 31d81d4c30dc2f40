import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Backend } from './backend.ts';
import { type RecordKeeper, recordKey } from './record.ts';
import { saving } from './saving.ts';
import { storeTrouble } from './trouble.ts';

export interface KeepingOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Longest time that one write may take. */
  readonly writeMs: number;
  /** Wall clock. */
  readonly now: () => number;
}

/** Some hundred records of 10 KB: a transaction of a few milliseconds in the file's own thread. */
const writeChars = 1_000_000;
/** Seconds of a busy server outlast a disk that hangs; then the oldest are let go. */
const maxWaitingChars = 50_000_000;

const words = {
  read: 'Prompts and replies cannot be looked up.',
  write: 'Prompts and replies cannot be kept for now; labels are given all the same.',
  lost: 'Prompts and replies could not be kept: "semtel why" will not find them.',
};

/** Writes records as answers are saved: beside the work, each second, and never failing anything. */
export function recordKeeper(
  backend: Backend,
  { clock, log, metrics, writeMs, now }: KeepingOptions,
): RecordKeeper {
  const trouble = storeTrouble(backend.name, words, { clock, log, metrics });
  const unsaved = saving<string>(backend, {
    clock,
    writeMs,
    trouble,
    toText: (text) => text,
    weigh: ({ length }) => length,
    batch: writeChars,
    most: maxWaitingChars,
  });
  return {
    now,
    keep: (key, record) => unsaved.put(recordKey(key, record.status === 'ok'), JSON.stringify(record)),
    async close() {
      await unsaved.close();
      await backend.close().catch((error: unknown) => trouble.failed('write', error));
    },
  };
}
