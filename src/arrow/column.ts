import type { DataType } from 'apache-arrow';
import { layoutOf } from './layout.ts';

/**
 * One column of one record batch, as its bytes lie in the IPC body. Whoever makes one promises that its offsets,
 * views and indices are in range, so that readers need no checks.
 */
export interface Column {
  readonly type: DataType;
  readonly length: number;
  /** Bit set: there is a value. Null: every row has one (or, for type null and unions, the type has no bitmap). */
  readonly validity: Uint8Array | null;
  readonly nullCount: number;
  /** After the bitmap, in the format's order: offsets, data; views, then their buffers; type ids; indices. */
  readonly buffers: readonly Uint8Array[];
  readonly children: readonly Column[];
  /** The values that indices point into, of plain type; null unless dictionary-encoded. */
  readonly dictionary: Column | null;
}

/** Bytes that views, dictionaries and compressed buffers of one batch may expand to: what admission lets in at once. */
export const maxExpandedBytes = 268_435_456;

export function isValid(column: Column, row: number): boolean {
  const { validity } = column;
  return validity === null || (validity[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** Bytes of a bitmap of `length` bits. */
export function bitmapBytes(length: number): number {
  return Math.ceil(length / 8);
}

interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** `bytes` as numbers, copied only where they are not aligned. */
export function arrayOf<T>(kind: ArrayKind<T>, bytes: Uint8Array): T {
  const size = kind.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new kind(aligned.buffer, aligned.byteOffset, Math.floor(bytes.length / size));
}

/** Offsets of a `bytes` or `list` column, `length + 1` of them; 64-bit ones become numbers. */
export function offsetsOf(column: Column): Int32Array | Float64Array {
  const layout = layoutOf(column.type);
  const bytes = column.buffers[0]!;
  if (bytes.length === 0) return new Int32Array(1);
  if ((layout.kind === 'bytes' || layout.kind === 'list') && layout.wide)
    return Float64Array.from(arrayOf(BigInt64Array, bytes), Number);
  return arrayOf(Int32Array, bytes);
}

/** Index of each row into the dictionary; -1 for null. */
export function indicesOf(column: Column): Int32Array {
  const layout = layoutOf(column.type);
  if (layout.kind !== 'dictionary') throw new TypeError('indicesOf wants a dictionary-encoded column');
  const { width, signed } = layout;
  const bytes = column.buffers[0]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = new Int32Array(column.length);
  for (let row = 0; row < rows.length; row++)
    rows[row] = isValid(column, row) ? readIndex(view, row * width, width, signed) : -1;
  return rows;
}

/** An index too large for int32 becomes one that no dictionary reaches. */
function readIndex(view: DataView, at: number, width: number, signed: boolean): number {
  if (width === 1) return signed ? view.getInt8(at) : view.getUint8(at);
  if (width === 2) return signed ? view.getInt16(at, true) : view.getUint16(at, true);
  const index = width === 4 ? view.getInt32(at, true) : Number(view.getBigInt64(at, true));
  return index >= 0 && index <= 0x7fffffff ? index : 0x7fffffff;
}
