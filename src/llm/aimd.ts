/**
 * How many requests may be in flight: additive increase, multiplicative decrease (Chiu and Jain 1989; Netflix
 * concurrency-limits), with TCP's slow start until the first drop and at most one decrease per round trip.
 */
export class Aimd {
  readonly #max: number;
  readonly #cut: number;
  #limit: number;
  #slowStart = true;
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

  /** A request succeeded while `inflight` were under way, itself included. Unused room does not grow. */
  succeeded(inflight: number): void {
    if (2 * inflight < this.#limit) return;
    this.#limit = Math.min(this.#max, this.#limit + (this.#slowStart ? 1 : 1 / this.#limit));
  }

  /** A request sent at `sentMs` was dropped for overload; false when it was sent before the last cut, which answered for it. */
  dropped(sentMs: number, nowMs: number): boolean {
    if (sentMs < this.#cutMs) return false;
    this.#slowStart = false;
    this.#cutMs = nowMs;
    this.#limit = Math.max(1, this.#limit * this.#cut);
    return true;
  }
}
