import { SemtelError } from '../base/error.ts';
import { arrayOf, type Column, indicesOf, isValid, maxExpandedBytes, offsetsOf } from './column.ts';

/** The one kind of error for bytes that contradict themselves. */
export function broken(message: string, cause?: unknown): SemtelError {
  return new SemtelError('bad_arrow', `The Arrow batch is broken: ${message}.`, { cause });
}

/** The bitmap and its nulls, counted; the number declared must be the same. */
export function checkValidity(
  bitmap: Uint8Array | null,
  length: number,
  declared: number,
): { readonly validity: Uint8Array | null; readonly nullCount: number } {
  let valid = length;
  if (bitmap !== null) {
    valid = 0;
    for (let row = 0; row < length; row++) valid += (bitmap[row >> 3]! >> (row & 7)) & 1;
  }
  const nullCount = length - valid;
  // -1: the writer did not count.
  if (declared !== nullCount && declared !== -1)
    throw broken(`a column says ${declared} nulls and has ${nullCount}`);
  return { validity: nullCount === 0 ? null : bitmap, nullCount };
}

/** The last offset, after finding that none falls and none passes `limit`. */
export function checkOffsets(column: Column, limit: number): number {
  const offsets = offsetsOf(column);
  let last = offsets[0]!;
  let sound = last >= 0;
  for (let row = 1; row < offsets.length; row++) {
    const offset = offsets[row]!;
    sound &&= offset >= last;
    last = offset;
  }
  if (!sound || last > limit) throw broken('offsets of a column fall back or point outside its data');
  return last;
}

/** Every string of up to 12 bytes lies in its view, every other in a buffer of the column. */
export function checkViews(column: Column): Column {
  const words = arrayOf(Int32Array, column.buffers[0]!);
  let total = 0;
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row)) continue;
    const length = words[row * 4]!;
    total += length;
    if (length >= 0 && length <= 12) continue;
    const index = words[row * 4 + 2]!;
    const offset = words[row * 4 + 3]!;
    const data = index >= 0 ? column.buffers[1 + index] : undefined;
    if (length < 0 || offset < 0 || data === undefined || offset + length > data.length)
      throw broken('a string view points outside its data');
  }
  if (total > maxExpandedBytes)
    throw broken(`its string views expand to more than ${maxExpandedBytes} bytes`);
  return column;
}

/** Every type id is known, and every row points into its member. */
export function checkUnion(column: Column, known: ArrayLike<number>): Column {
  const typeIds = arrayOf(Int8Array, column.buffers[0]!);
  const offsets = column.buffers[1] === undefined ? null : arrayOf(Int32Array, column.buffers[1]);
  const ids = Array.from(known);
  for (let row = 0; row < column.length; row++) {
    const child = column.children[ids.indexOf(typeIds[row]!)];
    const at = offsets === null ? row : offsets[row]!;
    if (child === undefined || at < 0 || at >= child.length)
      throw broken('a union points outside its members');
  }
  return column;
}

/** Every row points into the dictionary. */
export function checkIndices(column: Column): Column {
  const limit = column.dictionary?.length ?? 0;
  indicesOf(column).forEach((index, row) => {
    if (index >= limit || (index < 0 && isValid(column, row)))
      throw broken('an index points outside its dictionary');
  });
  return column;
}
