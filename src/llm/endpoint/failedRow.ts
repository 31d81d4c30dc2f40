/** Calls sent before this many others are forgotten: far more than are ever in flight at an endpoint. */
const remembered = 10_000;

/**
 * Finds failures in a row, in the order in which calls were *sent*. In the order of their ends quick failures come
 * before slow answers: of a hundred calls sent at once the five that are refused at once are the first to end.
 */
export class FailedRow {
  readonly #length: number;
  readonly #failed = new Set<number>();
  #sent = 0;
  /** Calls with smaller numbers say nothing any more. */
  #from = 0;

  constructor(length: number) {
    this.#length = length;
  }

  /** The number of the next call that is sent. */
  next(): number {
    this.#failed.delete(this.#sent - remembered);
    return this.#sent++;
  }

  /** A call was answered: the failures of all that were sent before it are over, also of those that end later. */
  answered(number: number): void {
    this.#from = Math.max(this.#from, number + 1);
  }

  /** A call failed: true when `length` calls in a row have. One that has not ended is in no row. */
  failed(number: number): boolean {
    if (number < this.#from) return false;
    this.#failed.add(number);
    let first = number;
    while (first > this.#from && number - first < this.#length && this.#failed.has(first - 1)) first--;
    let last = number;
    while (last - first < this.#length && this.#failed.has(last + 1)) last++;
    return last - first + 1 >= this.#length;
  }
}
