/** Steps of a window: the maximum is exact to 1 % of the window. */
const steps = 100;

/**
 * The most that any window of `windowMs` held so far, in bounded memory.
 * Counted in steps of a hundredth of the window: a window covers the last 100 steps, the current one included,
 * so it is never longer than `windowMs` and the maximum is never overstated.
 */
export class Peak {
  readonly #stepMs: number;
  readonly #sums = new Float64Array(steps);
  #step = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #max = 0;

  constructor(windowMs: number) {
    this.#stepMs = windowMs / steps;
  }

  get max(): number {
    return this.#max;
  }

  /** Counts `amount` at `nowMs`; a negative one takes back, as far as its window still lasts. */
  add(amount: number, nowMs: number): void {
    const step = Math.floor(nowMs / this.#stepMs);
    if (step - this.#step >= steps) {
      this.#sums.fill(0);
      this.#sum = 0;
    } else {
      for (let passed = this.#step + 1; passed <= step; passed++) {
        this.#sum -= this.#sums[passed % steps]!;
        this.#sums[passed % steps] = 0;
      }
    }
    this.#step = step;
    this.#sums[step % steps]! += amount;
    this.#sum += amount;
    this.#max = Math.max(this.#max, this.#sum);
  }
}
