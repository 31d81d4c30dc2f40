/** Jinja's own sandbox allows as many. */
const maxLength = 100_000;

/**
 * Jinja's `range(stop)` and `range(start, stop, step)`: the integers from start, up to but without stop.
 *
 * @throws RangeError for what is no integer, a step of 0, or more than 100,000 numbers
 */
export function range(...given: readonly unknown[]): readonly number[] {
  if (!given.every(Number.isSafeInteger)) throw new RangeError('range() takes integers only');
  const numbers = given as readonly number[];
  const [start, stop, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers;
  if (start === undefined || stop === undefined) throw new RangeError('range() needs an end');
  if (step === 0) throw new RangeError('range() takes no step of 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > maxLength) throw new RangeError(`range() gives at most ${maxLength} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}
