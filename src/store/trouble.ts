import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';

type Operation = 'read' | 'write';

/** What a store's failures come to: each is counted, and words are said once in a while. */
export interface Trouble {
  failed(operation: Operation, error: unknown): void;
  /** Told at the end, when so many values could not be written. */
  lost(count: number): void;
}

/** A store that is away for hours fails each second: one line a minute shows that it still is. */
const sayEveryMs = 60_000;

export function storeTrouble(
  name: string,
  /** What follows from each, as whole sentences. */
  words: Readonly<Record<Operation | 'lost', string>>,
  { clock, log, metrics }: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
): Trouble {
  const sayFrom: Record<Operation, number> = { read: 0, write: 0 };
  return {
    failed(operation, error) {
      metrics.count('semtel_store_errors_total', { operation });
      if (clock.now() < sayFrom[operation]) return;
      sayFrom[operation] = clock.now() + sayEveryMs;
      log.warn(words[operation], { store: name, reason: messageOf(error) });
    },
    lost(count) {
      log.warn(words.lost, { store: name, count });
    },
  };
}
