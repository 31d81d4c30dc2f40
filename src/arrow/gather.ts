import {
  Binary,
  DataType,
  Field,
  FixedSizeList,
  LargeList,
  List,
  Map_,
  Struct,
  Union,
  Utf8,
} from 'apache-arrow';
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
import { childrenOf, layoutOf } from './layout.ts';

/** Rows of one column, to be taken in this order; -1 is null. */
interface Pick {
  readonly column: Column;
  readonly rows: Int32Array;
}

/** The type with dictionaries replaced by their values, and views by plain strings and bytes; others as they are. */
export function plainType(type: DataType): DataType {
  if (DataType.isDictionary(type)) return plainType(type.dictionary);
  if (DataType.isUtf8View(type)) return new Utf8();
  if (DataType.isBinaryView(type)) return new Binary();
  if (isPlain(type)) return type;
  const children = childrenOf(type).map((child) => plainField(child as Field));
  if (DataType.isStruct(type)) return new Struct(children);
  if (DataType.isList(type)) return new List(children[0]!);
  if (DataType.isLargeList(type)) return new LargeList(children[0]!);
  if (DataType.isFixedSizeList(type)) return new FixedSizeList(type.listSize, children[0]!);
  if (DataType.isMap(type)) return new Map_(children[0] as Field<Struct>, type.keysSorted);
  if (DataType.isUnion(type)) return new Union(type.mode, type.typeIds, children);
  return type;
}

/** The field with its plain type. */
export function plainField(field: Field): Field {
  return new Field(field.name, plainType(field.type), field.nullable, field.metadata);
}

function isPlain(type: DataType): boolean {
  const { kind } = layoutOf(type);
  return kind !== 'dictionary' && kind !== 'views' && childrenOf(type).every((child) => isPlain(child.type));
}

/** One column of plain type out of the same column of every batch; nothing is copied where nothing changes. */
export function plainColumn(type: DataType, columns: readonly Column[]): Column {
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && isPlain(type)) return only;
  return gather(
    type,
    columns.map((column) => ({ column, rows: Int32Array.from({ length: column.length }, (_, row) => row) })),
  );
}

function tooLarge(): SemtelError {
  return new SemtelError(
    'bad_arrow',
    `A column of the Arrow batch expands to more than ${maxExpandedBytes} bytes.`,
  );
}

/** The picked rows, one after the other, as one column of plain type. */
function gather(type: DataType, picks: readonly Pick[]): Column {
  if (DataType.isDictionary(type)) return gather(plainType(type.dictionary), picks.map(throughDictionary));
  const layout = layoutOf(type);
  const length = picks.reduce((sum, { rows }) => sum + rows.length, 0);
  const made = { type: plainType(type), length, ...gatherValidity(picks, length), dictionary: null };
  const child = (index: number, childPicks: readonly Pick[]) =>
    gather(
      childrenOf(type)[index]!.type,
      childPicks.map(({ column, rows }) => ({ column: column.children[index]!, rows })),
    );
  switch (layout.kind) {
    case 'null':
      return { ...made, validity: null, nullCount: length, buffers: [], children: [] };
    case 'bits':
      return { ...made, buffers: [gatherBits(picks, length)], children: [] };
    case 'fixed':
      return { ...made, buffers: [gatherFixed(picks, length, layout.width)], children: [] };
    case 'bytes':
      return { ...made, buffers: gatherBytes(picks, length, layout.wide, sliceReader), children: [] };
    case 'views':
      return { ...made, buffers: gatherBytes(picks, length, false, viewReader), children: [] };
    case 'list': {
      const { offsets, items } = gatherLists(picks, length);
      return { ...made, buffers: [offsetBytes(offsets, layout.wide)], children: [child(0, items)] };
    }
    case 'fixed_list':
      return {
        ...made,
        buffers: [],
        children: [
          child(
            0,
            picks.map((pick) => repeatRows(pick, layout.size)),
          ),
        ],
      };
    case 'struct':
      return { ...made, buffers: [], children: childrenOf(type).map((_, index) => child(index, picks)) };
    default:
      throw new SemtelError(
        'column_type',
        `A column of type ${type} cannot be carried in several record batches; send one, or leave it out.`,
      );
  }
}

/** The same rows, as rows of the dictionary's values. */
function throughDictionary({ column, rows }: Pick): Pick {
  const indices = indicesOf(column);
  return { column: column.dictionary!, rows: rows.map((row) => (row < 0 ? -1 : indices[row]!)) };
}

function gatherValidity(picks: readonly Pick[], length: number) {
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

function gatherBits(picks: readonly Pick[], length: number): Uint8Array {
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

function gatherFixed(picks: readonly Pick[], length: number, width: number): Uint8Array {
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

function gatherBytes(
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

function gatherLists(picks: readonly Pick[], length: number) {
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

function repeatRows({ column, rows }: Pick, size: number): Pick {
  if (rows.length * size * Int32Array.BYTES_PER_ELEMENT > maxExpandedBytes) throw tooLarge();
  const items = new Int32Array(rows.length * size);
  rows.forEach((row, index) => {
    for (let item = 0; item < size; item++) items[index * size + item] = row < 0 ? -1 : row * size + item;
  });
  return { column, rows: items };
}

function offsetBytes(offsets: Int32Array, wide: boolean): Uint8Array {
  const array = wide ? BigInt64Array.from(offsets, BigInt) : offsets;
  return new Uint8Array(array.buffer);
}
