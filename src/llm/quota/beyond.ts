/** Part of the quota that is added a second while it is all used: slow against a reply. */
const perS = 0.002;
const farthest = 2;
/** Below the part at which a 429 was met. */
const backBy = 0.01;
/** How long that is kept as it is, doubling, so that trying costs next to no refusals. */
const againMs = 60_000;
/** Calls further apart than this do not use it all. */
const steadyMs = 1_000;

/**
 * The most of a quota that is used: `usual`, or more where more is there than we count. Some providers give back what
 * was reserved and not written, and do not say so; as long as replies tell that something is left, nothing is refused.
 */
export class Beyond {
  readonly #usual: number;
  #max: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #fromMs = Number.NEGATIVE_INFINITY;
  #againMs = againMs;

  /** 1 is the whole quota as it is known. */
  constructor(usual: number) {
    this.#usual = usual;
    this.#max = usual;
  }

  get max(): number {
    return this.#max;
  }

  /** A call goes out while all of `max` is used and replies tell what is left. */
  used(nowMs: number): void {
    const ms = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (nowMs < this.#fromMs || ms > steadyMs) return;
    this.#max = Math.min(farthest, this.#max + (perS * ms) / 1_000);
  }

  /** A 429 while `part` was used. */
  refused(part: number, nowMs: number): void {
    if (part <= this.#usual) return;
    this.#max = Math.max(this.#usual, part - backBy);
    this.#fromMs = nowMs + this.#againMs;
    this.#againMs *= 2;
  }
}
