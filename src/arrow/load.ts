import { constants, zstdDecompressSync } from 'node:zlib';
import type { DataType, Dictionary } from 'apache-arrow';
import { CompressionType } from 'apache-arrow/fb/compression-type';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { SemtelError } from '../base/error.ts';
import {
  arrayOf,
  bitmapBytes,
  type Column,
  indicesOf,
  isValid,
  maxExpandedBytes,
  offsetsOf,
} from './column.ts';
import { plainColumn } from './gather.ts';
import { childrenOf, layoutOf } from './layout.ts';

/** Dictionaries in force, by id; their columns are of plain type. */
export type Dictionaries = ReadonlyMap<number, Column>;

function broken(message: string): SemtelError {
  return new SemtelError('bad_arrow', `The Arrow batch is broken: ${message}.`);
}

/**
 * Columns of one record batch, every promise of `Column` checked: buffers inside the body, lengths and null counts
 * that agree, offsets that never fall, views and indices in range. Throws `bad_arrow`.
 */
export function loadColumns(
  types: readonly DataType[],
  batch: RecordBatch,
  body: Uint8Array,
  dictionaries: Dictionaries,
): Column[] {
  const buffers = bufferReader(batch, body);
  let node = 0;
  let variadic = 0;

  function load(type: DataType): Column {
    const { length, nullCount } = batch.nodes[node++] ?? missing('field nodes');
    if (!(length >= 0 && length <= 0x7fffffff && nullCount <= length))
      throw broken(`a column says ${length} rows and ${nullCount} nulls`);
    const layout = layoutOf(type);
    const column = {
      type,
      length,
      validity: null,
      nullCount: 0,
      buffers: [],
      children: [],
      dictionary: null,
    };
    const children = () => childrenOf(type).map((child) => load(child.type));
    if (layout.kind === 'null') return { ...column, nullCount: length };
    if (layout.kind === 'union') {
      const typeIds = buffers.next(length);
      const offsets = layout.dense ? [buffers.next(length * 4)] : [];
      return checkUnion({ ...column, buffers: [typeIds, ...offsets], children: children() }, layout.typeIds);
    }
    const checked = { ...column, ...checkValidity(buffers.atMost(bitmapBytes(length)), length, nullCount) };
    switch (layout.kind) {
      case 'bits':
        return { ...checked, buffers: [buffers.next(bitmapBytes(length))] };
      case 'fixed':
        return { ...checked, buffers: [buffers.next(length * layout.width)] };
      case 'bytes': {
        const offsets = buffers.offsets(length, layout.wide ? 8 : 4);
        const data = buffers.whole();
        const end = checkOffsets({ ...checked, buffers: [offsets] }, data.length);
        return { ...checked, buffers: [offsets, data.subarray(0, end)] };
      }
      case 'views': {
        const views = buffers.next(length * 16);
        const count = batch.variadicBufferCounts[variadic++] ?? 0;
        const data = Array.from({ length: Math.min(count, batch.buffers.length) }, () => buffers.whole());
        return checkViews({ ...checked, buffers: [views, ...data] });
      }
      case 'list': {
        const loaded = {
          ...checked,
          buffers: [buffers.offsets(length, layout.wide ? 8 : 4)],
          children: children(),
        };
        checkOffsets(loaded, loaded.children[0]?.length ?? 0);
        return loaded;
      }
      case 'fixed_list': {
        const loaded = { ...checked, children: children() };
        if (!(layout.size >= 0 && (loaded.children[0]?.length ?? 0) >= length * layout.size))
          throw broken('a fixed-size list has too few items');
        return loaded;
      }
      case 'struct': {
        const loaded = { ...checked, children: children() };
        if (loaded.children.some((child) => child.length < length))
          throw broken('a struct has a member with too few rows');
        return loaded;
      }
      case 'dictionary': {
        const { id, dictionary: valueType } = type as Dictionary;
        // Without rows that point into it, a dictionary may be missing.
        const dictionary = dictionaries.get(id) ?? plainColumn(valueType, []);
        return checkIndices({ ...checked, buffers: [buffers.next(length * layout.width)], dictionary });
      }
    }
  }

  const columns = types.map(load);
  if (columns.some((column) => column.length !== batch.length))
    throw broken(`the batch says ${batch.length} rows, a column of it another number`);
  return columns;
}

function missing(what: string): never {
  throw broken(`it has fewer ${what} than its schema needs`);
}

/** The batch's buffers, in order. */
function bufferReader(batch: RecordBatch, body: Uint8Array) {
  const inflate = inflaterOf(batch);
  let index = 0;
  function whole(): Uint8Array {
    const { offset, length } = batch.buffers[index++] ?? missing('buffers');
    if (!(offset >= 0 && length >= 0 && offset + length <= body.length))
      throw broken(`a buffer lies outside the ${body.length} bytes of the body`);
    return inflate(body.subarray(offset, offset + length));
  }
  function next(bytes: number): Uint8Array {
    const buffer = whole();
    if (buffer.length < bytes) throw broken(`a buffer has ${buffer.length} bytes where ${bytes} are needed`);
    return buffer.subarray(0, bytes);
  }
  return {
    whole,
    next,
    /** A buffer that may be left out (length 0). */
    atMost(bytes: number): Uint8Array | null {
      const buffer = whole();
      if (buffer.length > 0 && buffer.length < bytes) throw broken('a validity bitmap is too short');
      return buffer.length === 0 ? null : buffer.subarray(0, bytes);
    },
    /** The format allows no offsets at all for a column without rows. */
    offsets(length: number, width: number): Uint8Array {
      if (length > 0) return next((length + 1) * width);
      return whole().subarray(0, width);
    },
  };
}

/** Turns a buffer as sent into the buffer as meant. */
function inflaterOf(batch: RecordBatch): (buffer: Uint8Array) => Uint8Array {
  const { compression } = batch;
  if (compression === null) return (buffer) => buffer;
  if (compression.type !== CompressionType.ZSTD)
    throw new SemtelError(
      'bad_arrow',
      'The Arrow batch is compressed with LZ4; send it uncompressed or with zstd.',
    );
  let left = maxExpandedBytes;
  return (buffer) => {
    if (buffer.length === 0) return buffer;
    if (buffer.length < 8) throw broken('a compressed buffer is too short');
    const size = Number(new DataView(buffer.buffer, buffer.byteOffset).getBigInt64(0, true));
    const packed = buffer.subarray(8);
    if (size === -1) return packed;
    left -= size;
    if (!(size >= 0 && left >= 0)) throw broken(`its buffers expand to more than ${maxExpandedBytes} bytes`);
    return unpack(packed, size);
  };
}

function unpack(packed: Uint8Array, size: number): Uint8Array {
  const params = { [constants.ZSTD_d_windowLogMax]: 27 };
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync(packed, { params, maxOutputLength: Math.max(size, 1) });
  } catch (cause) {
    throw new SemtelError('bad_arrow', 'The Arrow batch is broken: a zstd buffer cannot be read.', { cause });
  }
  if (bytes.length !== size) throw broken(`a compressed buffer holds ${bytes.length} bytes and says ${size}`);
  return bytes;
}

function checkValidity(
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
function checkOffsets(column: Column, limit: number): number {
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

function checkViews(column: Column): Column {
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

function checkUnion(column: Column, known: ArrayLike<number>): Column {
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

function checkIndices(column: Column): Column {
  const limit = column.dictionary?.length ?? 0;
  indicesOf(column).forEach((index, row) => {
    if (index >= limit || (index < 0 && isValid(column, row)))
      throw broken('an index points outside its dictionary');
  });
  return column;
}
