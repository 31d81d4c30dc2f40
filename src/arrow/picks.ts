import { SemtelError } from '../base/error.ts';
import { arrayOf, bitmapBytes, type Column, isValid, maxExpandedBytes, offsetsOf } from './column.ts';

/** Rows of one column, to be taken in this order; -1 is null. */
export interface Pick {
  readonly column: Column;
  readonly rows: Int32Array;
}

function tooLarge(): SemtelError {
  return new SemtelError(
    'bad_arrow',
    `A column of the Arrow batch expands to more than ${maxExpandedBytes} bytes.`,
  );
}

/** Bitmap and number of nulls of the picked rows. */
export function gatherValidity(picks: readonly Pick[], length: number) {
  const validity = new Uint8Array(bitmapBytes(length));
  let at = 0;
  let nullCount = 0;
  for (const { column, rows } of picks)
    for (const row of rows) {
      if (row >= 0 && isValid(column, row)) validity[at >> 3]! |= 1 << (at & 7);
      else nullCount++;
      at++;
    }
  return { validity: nullCount === 0 ? null : validity, nullCount };
}

/** Values of one bit. */
export function gatherBits(picks: readonly Pick[], length: number): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(length));
  let at = 0;
  for (const { column, rows } of picks) {
    const source = column.buffers[0]!;
    for (const row of rows) {
      if (row >= 0 && ((source[row >> 3]! >> (row & 7)) & 1) === 1) bits[at >> 3]! |= 1 << (at & 7);
      at++;
    }
  }
  return bits;
}

/** Values of `width` bytes; nulls are zeros. */
export function gatherFixed(picks: readonly Pick[], length: number, width: number): Uint8Array {
  if (length * width > maxExpandedBytes) throw tooLarge();
  const out = new Uint8Array(length * width);
  let at = 0;
  for (const { column, rows } of picks) {
    const source = column.buffers[0]!;
    for (const row of rows) {
      if (row >= 0) out.set(source.subarray(row * width, (row + 1) * width), at);
      at += width;
    }
  }
  return out;
}

/** Where the bytes of a valid row are. */
type BytesReader = (column: Column) => (row: number) => Uint8Array;

function sliceReader(column: Column): (row: number) => Uint8Array {
  const offsets = offsetsOf(column);
  const data = column.buffers[1]!;
  return (row) => data.subarray(offsets[row]!, offsets[row + 1]!);
}

/** A view is int32 length, then the bytes themselves (up to 12), or prefix, buffer index and offset. */
function viewReader(column: Column): (row: number) => Uint8Array {
  const [views, ...data] = column.buffers as [Uint8Array, ...Uint8Array[]];
  const words = arrayOf(Int32Array, views);
  return (row) => {
    const length = words[row * 4]!;
    if (length <= 12) return views.subarray(row * 16 + 4, row * 16 + 4 + length);
    const offset = words[row * 4 + 3]!;
    return data[words[row * 4 + 2]!]!.subarray(offset, offset + length);
  };
}

/** Offsets and data of strings or bytes that lie behind offsets. */
export function gatherBytes(picks: readonly Pick[], length: number, wide: boolean): Uint8Array[] {
  return copyBytes(picks, length, wide, sliceReader);
}

/** Offsets and data of strings or bytes that lie behind views. */
export function gatherViews(picks: readonly Pick[], length: number): Uint8Array[] {
  return copyBytes(picks, length, false, viewReader);
}

function copyBytes(
  picks: readonly Pick[],
  length: number,
  wide: boolean,
  readerOf: BytesReader,
): [Uint8Array, Uint8Array] {
  const offsets = new Int32Array(length + 1);
  const readers = picks.map(({ column }) => readerOf(column));
  const copy = (into: Uint8Array | null) => {
    let at = 0;
    let end = 0;
    picks.forEach(({ column, rows }, index) => {
      for (const row of rows) {
        if (row >= 0 && isValid(column, row)) {
          const bytes = readers[index]!(row);
          into?.set(bytes, end);
          end += bytes.length;
        }
        offsets[++at] = end;
      }
      if (end > maxExpandedBytes) throw tooLarge();
    });
    return end;
  };
  const data = new Uint8Array(copy(null));
  copy(data);
  return [offsetBytes(offsets, wide), data];
}

/** Offsets of the picked lists, and the items they hold as rows to be picked. */
export function gatherLists(picks: readonly Pick[], length: number) {
  const offsets = new Int32Array(length + 1);
  let at = 0;
  let end = 0;
  const items = picks.map(({ column, rows }) => {
    const source = offsetsOf(column);
    const present = (row: number) => row >= 0 && isValid(column, row);
    let count = 0;
    for (const row of rows) {
      if (present(row)) count += source[row + 1]! - source[row]!;
      offsets[++at] = end + count;
    }
    end += count;
    if (end * Int32Array.BYTES_PER_ELEMENT > maxExpandedBytes) throw tooLarge();
    const picked = new Int32Array(count);
    let next = 0;
    for (const row of rows)
      if (present(row)) for (let item = source[row]!; item < source[row + 1]!; item++) picked[next++] = item;
    return { column, rows: picked };
  });
  return { offsets, items };
}

/** The items of fixed-size lists as rows to be picked. */
export function repeatRows({ column, rows }: Pick, size: number): Pick {
  if (rows.length * size * Int32Array.BYTES_PER_ELEMENT > maxExpandedBytes) throw tooLarge();
  const items = new Int32Array(rows.length * size);
  rows.forEach((row, index) => {
    for (let item = 0; item < size; item++) items[index * size + item] = row < 0 ? -1 : row * size + item;
  });
  return { column, rows: items };
}

/** Offsets as a buffer, 64-bit if `wide`. */
export function offsetBytes(offsets: Int32Array, wide: boolean): Uint8Array {
  const array = wide ? BigInt64Array.from(offsets, BigInt) : offsets;
  return new Uint8Array(array.buffer);
}
