import { RecentBins } from './recentBins.ts';

/** Providers count in windows of a minute or less; six whole bins are one, and the seventh is the one that runs. */
const binMs = 10_000;
const bins = 7;
/** A bin that has just begun says little. */
const leastMs = 1_000;

/** How many calls a minute an endpoint bore over about the last minute, rests counted and idle times not. */
export class BorneRate {
  readonly #bins = new RecentBins(binMs, bins);

  /** A call went out (1), or one that did was refused (-1). */
  add(calls: 1 | -1, nowMs: number): void {
    this.#bins.add(calls, nowMs);
  }

  perMinute(nowMs: number): number {
    let calls = 0;
    let ms = 0;
    for (const { index, fromMs, amount } of this.#bins.recent(nowMs)) {
      calls += amount;
      ms += Math.min(nowMs, (index + 1) * binMs) - fromMs;
    }
    return (calls * 60_000) / Math.max(ms, leastMs);
  }
}
