/** Time constant: short against the seconds in which quotas change, long against the time between two calls. */
const memoryMs = 1_000;

/** How much is spent a minute, over about the last second. */
export class Spending {
  #perMinute = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  add(amount: number, nowMs: number): void {
    this.#perMinute = this.at(nowMs) + (amount * 60_000) / memoryMs;
    this.#atMs = nowMs;
  }

  at(nowMs: number): number {
    return this.#perMinute * Math.exp((this.#atMs - nowMs) / memoryMs);
  }
}
