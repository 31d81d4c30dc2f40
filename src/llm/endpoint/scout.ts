/**
 * The first calls to an endpoint whose quota nobody told. One goes ahead, as its reply may tell it, and the others
 * wait for its end; one more goes now and then, so that slow endpoints lose no more than their latency, and those that
 * never answer hold few calls. If the reply does not tell either, the next ones go evenly over most of a latency, so that
 * the first 429 is heard before many were sent.
 */
export class Scout {
  readonly #firstCalls: number;
  #betweenMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;
  #untilMs = Number.POSITIVE_INFINITY;

  /** `everyMs`: between two calls before the first answer; `firstCalls`: how many go over three quarters of the latency that follows it. */
  constructor(everyMs: number, firstCalls: number) {
    this.#betweenMs = everyMs;
    this.#firstCalls = firstCalls;
  }

  /** How long until a call may go; 0: now. */
  waitMs(nowMs: number): number {
    return nowMs >= this.#untilMs ? 0 : Math.max(this.#nextMs - nowMs, 0);
  }

  began(nowMs: number): void {
    this.#nextMs = nowMs + this.#betweenMs;
  }

  /** A call sent at `sentMs` is over. `answered`: the endpoint did its work or said "too many". */
  ended(answered: boolean, sentMs: number, nowMs: number): void {
    if (this.#untilMs !== Number.POSITIVE_INFINITY) return;
    this.#nextMs = nowMs;
    if (!answered) return;
    const spreadMs = (nowMs - sentMs) * 0.75;
    this.#untilMs = nowMs + spreadMs;
    this.#betweenMs = spreadMs / this.#firstCalls;
  }
}
