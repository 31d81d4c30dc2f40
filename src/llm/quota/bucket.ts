/** Sums of fractions may miss a whole number by this much. */
const rounding = 1e-6;

/**
 * A token bucket for one quota, off while the quota is unknown.
 * A cost above the capacity is taken from a full bucket and leaves a debt, so that no request waits for ever.
 * All times in ms of the clock; `use` is the part of the quota that is spent, in (0, 1].
 */
export class Bucket {
  readonly #burstS: number;
  readonly #minCapacity: number;
  #perMinute: number | null;
  #level: number;
  #atMs: number;

  constructor(perMinute: number | null, burstS: number, minCapacity: number, nowMs: number) {
    this.#burstS = burstS;
    this.#minCapacity = minCapacity;
    this.#perMinute = perMinute;
    this.#level = this.capacity;
    this.#atMs = nowMs;
  }

  /** The quota; null: unknown, and nothing is held back. */
  get perMinute(): number | null {
    return this.#perMinute;
  }

  get capacity(): number {
    return Math.max(this.#minCapacity, ((this.#perMinute ?? 0) / 60) * this.#burstS);
  }

  /** What it holds now, negative after a cost above the capacity; null while it is off. */
  level(nowMs: number, use: number): number | null {
    if (this.#perMinute === null) return null;
    const gained = (Math.max(nowMs - this.#atMs, 0) * use * this.#perMinute) / 60_000;
    this.#level = Math.min(this.capacity, this.#level + gained);
    this.#atMs = nowMs;
    return this.#level;
  }

  /** How long until `cost` may be taken; 0: now. */
  waitMs(cost: number, nowMs: number, use: number): number {
    const level = this.level(nowMs, use);
    if (level === null || this.#perMinute === null) return 0;
    const missing = Math.min(cost, this.capacity) - level;
    return missing <= rounding ? 0 : (missing * 60_000) / (use * this.#perMinute);
  }

  take(cost: number): void {
    if (this.#perMinute !== null) this.#level -= cost;
  }

  /** Gives back what was taken too much, or takes (negative) what was taken too little. */
  give(amount: number): void {
    if (this.#perMinute !== null) this.#level = Math.min(this.capacity, this.#level + amount);
  }

  /** Changes the quota; one that was unknown starts empty, as calls went unmetered until now. */
  setQuota(perMinute: number, nowMs: number, use: number): void {
    if (perMinute === this.#perMinute) return;
    const before = this.level(nowMs, use);
    this.#perMinute = perMinute;
    this.#level = Math.min(before ?? 0, this.capacity);
    this.#atMs = nowMs;
  }

  /** The other side holds no more than `amount`. */
  lowerTo(amount: number): void {
    this.#level = Math.min(this.#level, amount);
  }
}
