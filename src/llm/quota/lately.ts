/** As long as the longest window but the minute in which providers count, and short enough to follow. */
const binMs = 1_000;
const bins = 10;

interface Bin {
  index: number;
  amount: number;
}

/** What was spent over about the last ten seconds, or since spending began if that is less. */
export class Lately {
  readonly #bins: Bin[] = Array.from({ length: bins }, () => ({
    index: Number.NEGATIVE_INFINITY,
    amount: 0,
  }));

  /** Less than nothing takes back what was counted at that time; what is forgotten since stays so. */
  add(amount: number, atMs: number): void {
    const index = Math.floor(atMs / binMs);
    const bin = this.#bins[index % bins]!;
    if (bin.index > index) return;
    if (bin.index < index) {
      bin.index = index;
      bin.amount = 0;
    }
    bin.amount += amount;
  }

  perMinute(nowMs: number): number {
    const now = Math.floor(nowMs / binMs);
    let amount = 0;
    let first = now;
    for (const bin of this.#bins) {
      if (bin.index <= now - bins) continue;
      amount += bin.amount;
      first = Math.min(first, bin.index);
    }
    // A bin that has just begun says little.
    return (amount * 60_000) / Math.max(nowMs - first * binMs, binMs);
  }
}
