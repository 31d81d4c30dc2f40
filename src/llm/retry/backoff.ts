import type { Random } from '../../base/random.ts';
import type { Tuning } from '../config.ts';

/** Part of a pause that is left to chance: little, as the retry budget and the endpoints' own doors spread calls. */
const jitter = 0.05;

/** Pause before the `nth` (from 1) attempt is repeated: exponential up to a longest. */
export function backoffMs(nth: number, tuning: Tuning, random: Random): number {
  const { backoffMs: first, backoffFactor, backoffMaxMs } = tuning;
  return Math.min(backoffMaxMs, first * backoffFactor ** (nth - 1)) * (1 - jitter * random());
}
