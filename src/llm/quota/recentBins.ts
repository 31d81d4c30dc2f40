/** What happened in one span of time. */
export interface Bin {
  /** Which span, counted from the clock's zero. */
  index: number;
  /** From when it counts: its first amount, or its beginning where the bin before it had any. */
  fromMs: number;
  amount: number;
}

/** Sums of amounts over equal spans of time, the latest few of them. */
export class RecentBins {
  readonly #binMs: number;
  readonly #ring: Bin[];

  constructor(binMs: number, bins: number) {
    this.#binMs = binMs;
    this.#ring = Array.from({ length: bins }, () => ({
      index: Number.NEGATIVE_INFINITY,
      fromMs: 0,
      amount: 0,
    }));
  }

  /** What is too long ago is left out. */
  add(amount: number, atMs: number): void {
    const index = Math.floor(atMs / this.#binMs);
    const bin = this.#at(index);
    if (bin.index > index) return;
    if (bin.index < index) {
      bin.fromMs = this.#at(index - 1).index === index - 1 ? index * this.#binMs : atMs;
      bin.index = index;
      bin.amount = 0;
    }
    bin.amount += amount;
  }

  /** The bins that are not too long ago, the running one among them; in no order. */
  recent(nowMs: number): readonly Readonly<Bin>[] {
    const oldest = Math.floor(nowMs / this.#binMs) - this.#ring.length;
    return this.#ring.filter(({ index }) => index > oldest);
  }

  #at(index: number): Bin {
    const places = this.#ring.length;
    return this.#ring[((index % places) + places) % places]!;
  }
}
