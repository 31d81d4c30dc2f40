import type { Clock } from '../base/clock.ts';

/**
 * Events a second, averaged with an exponential memory of `memoryMs`; 0 before the first. What the memory has not
 * seen yet weighs nothing, so that the first figures are no lower than the later ones.
 */
export class Rate {
  readonly #clock: Clock;
  readonly #memoryMs: number;
  #perMs = 0;
  /** Of the memory, the part that is filled. */
  #weight = 0;
  #countSince = 0;
  #sinceMs = Number.NaN;

  constructor(clock: Clock, memoryMs: number) {
    this.#clock = clock;
    this.#memoryMs = memoryMs;
  }

  /** Shorter than this, events are only gathered: single steps would make the average jump. */
  static readonly stepMs = 100;

  add(count: number): void {
    if (Number.isNaN(this.#sinceMs)) this.#sinceMs = this.#clock.now();
    else this.#fold();
    this.#countSince += count;
  }

  get perSecond(): number {
    if (Number.isNaN(this.#sinceMs)) return 0;
    this.#fold();
    return this.#weight === 0 ? 0 : (this.#perMs / this.#weight) * 1000;
  }

  #fold(): void {
    const now = this.#clock.now();
    const passed = now - this.#sinceMs;
    if (passed < Rate.stepMs) return;
    const keep = Math.exp(-passed / this.#memoryMs);
    this.#perMs = this.#perMs * keep + (this.#countSince / passed) * (1 - keep);
    this.#weight = this.#weight * keep + (1 - keep);
    this.#countSince = 0;
    this.#sinceMs = now;
  }
}
