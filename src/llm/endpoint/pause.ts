import type { Random } from '../../base/random.ts';
import type { Tuning } from '../config.ts';

export interface Throttled {
  readonly retryAfterMs: number | null;
  /** Round trips in a row that ended in one. */
  readonly inARow: number;
}

/** How long an endpoint rests after a 429: as long as it asks, with up to 10 % more so that servers do not return at once. */
export function pauseMs({ retryAfterMs, inARow }: Throttled, tuning: Tuning, random: Random): number {
  const guess = Math.min(tuning.pauseMs * 2 ** (inARow - 1), tuning.pauseGuessMaxMs);
  return Math.min(retryAfterMs ?? guess, tuning.pauseMaxMs) * (1 + 0.1 * random());
}
