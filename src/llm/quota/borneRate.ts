/** Providers count in windows of a minute or less; six whole bins are one, and the seventh is the one that runs. */
const binMs = 10_000;
const bins = 7;
/** A bin that has just begun says little. */
const leastMs = 1_000;

interface Bin {
  index: number;
  /** From when it counts: its first call, or its beginning where the bin before it had calls. */
  fromMs: number;
  calls: number;
}

/** How many calls a minute an endpoint bore over about the last minute, rests counted and idle times not. */
export class BorneRate {
  readonly #bins: Bin[] = Array.from({ length: bins }, () => ({
    index: Number.NEGATIVE_INFINITY,
    fromMs: 0,
    calls: 0,
  }));

  /** A call went out (1), or one that did was refused (-1). */
  add(calls: 1 | -1, nowMs: number): void {
    const index = Math.floor(nowMs / binMs);
    const bin = this.#bins[index % bins]!;
    if (bin.index !== index) {
      const before = this.#bins[(index + bins - 1) % bins]!;
      bin.fromMs = before.index === index - 1 ? index * binMs : nowMs;
      bin.index = index;
      bin.calls = 0;
    }
    bin.calls += calls;
  }

  perMinute(nowMs: number): number {
    const now = Math.floor(nowMs / binMs);
    let calls = 0;
    let ms = 0;
    for (const bin of this.#bins) {
      if (bin.index <= now - bins) continue;
      calls += bin.calls;
      ms += Math.min(nowMs, (bin.index + 1) * binMs) - bin.fromMs;
    }
    return (calls * 60_000) / Math.max(ms, leastMs);
  }
}
