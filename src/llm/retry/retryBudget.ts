/** Bounds repeated attempts to a part of all calls plus a trickle, so that an outage is not met with a storm (Finagle). */
export class RetryBudget {
  readonly #share: number;
  readonly #perS: number;
  readonly #max: number;
  #balance: number;
  #atMs: number;

  /** Holds at most ten seconds of the trickle, or as many retries as 500 calls earn, whichever is more. */
  constructor(share: number, perS: number, nowMs: number) {
    this.#share = share;
    this.#perS = perS;
    this.#max = Math.max(perS * 10, share * 500);
    this.#balance = perS;
    this.#atMs = nowMs;
  }

  /** A call starts: it earns its part of a retry. */
  earn(): void {
    this.#balance = Math.min(this.#max, this.#balance + this.#share);
  }

  /** A retry was answered: the endpoint is well, and there is no storm to fear. */
  giveBack(): void {
    this.#balance = Math.min(this.#max, this.#balance + 1);
  }

  /** Pays for one retry; false when there is nothing to pay with. */
  spend(nowMs: number): boolean {
    this.#balance = Math.min(this.#max, this.#balance + ((nowMs - this.#atMs) / 1000) * this.#perS);
    this.#atMs = nowMs;
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
