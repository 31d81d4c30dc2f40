import type { Random } from '../base/random.ts';
import type { Tuning } from './config.ts';

/** First pause after a 429 that no quota explains and that names no time: short, as a slot may be free at once. */
const shortMs = 10;

export interface Throttled {
  readonly retryAfterMs: number | null;
  /** The quota leads to expect it. */
  readonly explained: boolean;
  /** Round trips in a row that ended in one. */
  readonly inARow: number;
}

/** How long an endpoint rests after a 429: as long as it asks, with up to 10 % more so that servers do not return at once. */
export function pauseMs(
  { retryAfterMs, explained, inARow }: Throttled,
  tuning: Tuning,
  random: Random,
): number {
  const guess = explained ? tuning.pauseMs : Math.min(shortMs * 2 ** (inARow - 1), tuning.pauseMs);
  return Math.min(retryAfterMs ?? guess, tuning.pauseMaxMs) * (1 + 0.1 * random());
}
