import { RecentBins } from './recentBins.ts';

/** As long as the longest window but the minute in which providers count, and short enough to follow. */
const binMs = 1_000;
const bins = 10;

/** What was spent over about the last ten seconds, or since spending began if that is less. */
export class Lately {
  readonly #bins = new RecentBins(binMs, bins);

  /** Less than nothing takes back what was counted at that time; what is forgotten since stays so. */
  add(amount: number, atMs: number): void {
    this.#bins.add(amount, atMs);
  }

  perMinute(nowMs: number): number {
    let amount = 0;
    let first = Math.floor(nowMs / binMs);
    for (const bin of this.#bins.recent(nowMs)) {
      amount += bin.amount;
      first = Math.min(first, bin.index);
    }
    // A bin that has just begun says little.
    return (amount * 60_000) / Math.max(nowMs - first * binMs, binMs);
  }
}
