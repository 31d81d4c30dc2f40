/** Between two calls to an endpoint that has not answered yet. */
const everyMs = 1_000;

/**
 * The first calls to an endpoint whose quota nobody told: one goes ahead, as its reply may tell it, and the others
 * wait for its end. One more goes each second, so that slow endpoints lose no more than their latency, and those
 * that never answer hold few calls.
 */
export class Scout {
  #answered: boolean;
  #nextMs = Number.NEGATIVE_INFINITY;

  /** `told`: there is nothing to find out. */
  constructor(told: boolean) {
    this.#answered = told;
  }

  /** How long until a call may go; 0: now. */
  waitMs(nowMs: number): number {
    return this.#answered ? 0 : Math.max(this.#nextMs - nowMs, 0);
  }

  began(nowMs: number): void {
    this.#nextMs = nowMs + everyMs;
  }

  /** A call is over. `answered`: the endpoint did its work or said "too many". */
  ended(answered: boolean): void {
    this.#answered ||= answered;
    this.#nextMs = Number.NEGATIVE_INFINITY;
  }
}
