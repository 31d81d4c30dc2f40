import type { Random } from '../base/random.ts';

/** Pause before the `nth` (from 1) attempt is repeated: exponential with full jitter (AWS Architecture Blog, 2015). */
export function backoffMs(nth: number, baseMs: number, maxMs: number, random: Random): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (nth - 1));
}
