import type { Clock } from '../base/clock.ts';

/** Events a second, averaged with an exponential memory of `memoryMs`; 0 before the first. */
export class Rate {
  readonly #clock: Clock;
  readonly #memoryMs: number;
  #perMs = 0;
  #countSince = 0;
  #sinceMs: number;
  #seen = false;

  constructor(clock: Clock, memoryMs: number) {
    this.#clock = clock;
    this.#memoryMs = memoryMs;
    this.#sinceMs = clock.now();
  }

  /** Shorter than this, events are only gathered: single steps would make the average jump. */
  static readonly stepMs = 100;

  add(count: number): void {
    this.#fold();
    this.#countSince += count;
    this.#seen = true;
  }

  get perSecond(): number {
    if (!this.#seen) return 0;
    this.#fold();
    return this.#perMs * 1000;
  }

  #fold(): void {
    const now = this.#clock.now();
    const passed = now - this.#sinceMs;
    if (passed < Rate.stepMs) return;
    const keep = Math.exp(-passed / this.#memoryMs);
    this.#perMs = this.#perMs * keep + (this.#countSince / passed) * (1 - keep);
    this.#countSince = 0;
    this.#sinceMs = now;
  }
}
