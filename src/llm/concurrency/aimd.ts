/** A measured limit may be wrong, or more slots come: ten times as many are found in 24 round trips. */
const settledGrowth = 0.1;

/**
 * How many requests may be in flight: additive increase, multiplicative decrease (Chiu and Jain 1989; Netflix
 * concurrency-limits), with TCP's slow start until the first drop and at most one decrease per round trip.
 */
export class Aimd {
  readonly #max: number;
  readonly #cut: number;
  #limit: number;
  /** Added by a success, at least. */
  #growth = 1;
  #cutMs = Number.NEGATIVE_INFINITY;

  constructor(start: number, max: number, cut: number) {
    this.#max = Math.max(max, 1);
    this.#limit = Math.min(Math.max(start, 1), this.#max);
    this.#cut = cut;
  }

  /** Whole requests. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /**
   * A request succeeded while `inflight` were under way, itself included. Unused room does not grow, and none beyond
   * `most`.
   */
  succeeded(inflight: number, most = Number.POSITIVE_INFINITY): void {
    if (2 * inflight < this.#limit || this.#limit >= most) return;
    this.#limit = Math.min(this.#max, this.#limit + Math.max(this.#growth, 1 / this.#limit));
  }

  /** A request sent at `sentMs` was dropped for overload; false when it was sent before the last cut, which answered for it. */
  dropped(sentMs: number, nowMs: number): boolean {
    if (sentMs < this.#cutMs) return false;
    this.#growth = 0;
    this.#cutMs = nowMs;
    this.#limit = Math.max(1, this.#limit * this.#cut);
    return true;
  }

  /** The limit was measured otherwise; `settled`: from now on a round trip adds a tenth at most. */
  set(limit: number, settled: boolean): void {
    this.#limit = Math.min(Math.max(limit, 1), this.#max);
    if (settled) this.#growth = Math.min(this.#growth, settledGrowth);
  }
}
