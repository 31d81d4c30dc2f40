import {
  DataType,
  DateUnit,
  type Int,
  IntervalUnit,
  type Map_,
  Precision,
  Type,
  UnionMode,
} from 'apache-arrow';
import { SemtelError } from '../base/error.ts';

/**
 * How the values of a type lie in memory; loading, gathering and writing go by it. `wide` is 64-bit offsets.
 * Source: Apache Arrow columnar format, "Physical memory layout".
 */
export type Layout =
  | { readonly kind: 'null' | 'bits' | 'views' | 'struct' }
  | { readonly kind: 'fixed'; readonly width: number }
  | { readonly kind: 'bytes' | 'list'; readonly wide: boolean }
  | { readonly kind: 'fixed_list'; readonly size: number }
  | { readonly kind: 'union'; readonly dense: boolean; readonly typeIds: ArrayLike<number> }
  | { readonly kind: 'dictionary'; readonly width: number; readonly signed: boolean };

function broken(type: DataType): SemtelError {
  const what = `a column of type ${Type[type.typeId]} has no sound width, index or item type`;
  return new SemtelError('bad_arrow', `The schema of the Arrow stream is broken: ${what}.`);
}

/** A layout of so many bytes a value; nothing but a broken schema asks for none. */
function fixed(type: DataType, width: number | undefined): Layout {
  if (width === undefined || !Number.isInteger(width) || width < 0) throw broken(type);
  return { kind: 'fixed', width };
}

/** The same for a number of one of these widths: readers of what is passed on know no other. */
function number(type: DataType & { readonly bitWidth: number }, widths: readonly number[]): Layout {
  return fixed(type, widths.includes(type.bitWidth) ? type.bitWidth / 8 : undefined);
}

function withItems(type: DataType, layout: Layout): Layout {
  if (type.children[0] === undefined) throw broken(type);
  return layout;
}

/** A list of structs. */
function mapLayout(type: Map_): Layout {
  if (!DataType.isStruct(type.children[0]?.type)) throw broken(type);
  return { kind: 'list', wide: false };
}

const floatWidth: Readonly<Record<number, number>> = {
  [Precision.HALF]: 2,
  [Precision.SINGLE]: 4,
  [Precision.DOUBLE]: 8,
};
const intervalWidth: Readonly<Record<number, number>> = {
  [IntervalUnit.YEAR_MONTH]: 4,
  [IntervalUnit.DAY_TIME]: 8,
  [IntervalUnit.MONTH_DAY_NANO]: 16,
};

function dictionaryLayout(indices: Int): Layout {
  const width = indices.bitWidth / 8;
  if (![1, 2, 4, 8].includes(width)) throw broken(indices);
  return { kind: 'dictionary', width, signed: indices.isSigned };
}

/** The layout of a type. Throws `column_type` for an unknown type, `bad_arrow` for one that cannot be. */
export function layoutOf(type: DataType): Layout {
  if (DataType.isDictionary(type)) return dictionaryLayout(type.indices);
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return { kind: 'bytes', wide: false };
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type)) return { kind: 'bytes', wide: true };
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) return { kind: 'views' };
  if (DataType.isStruct(type)) return { kind: 'struct' };
  if (DataType.isList(type)) return withItems(type, { kind: 'list', wide: false });
  if (DataType.isMap(type)) return mapLayout(type);
  if (DataType.isLargeList(type)) return withItems(type, { kind: 'list', wide: true });
  if (DataType.isFixedSizeList(type)) return withItems(type, { kind: 'fixed_list', size: type.listSize });
  if (DataType.isInt(type)) return number(type, [8, 16, 32, 64]);
  if (DataType.isFloat(type)) return fixed(type, floatWidth[type.precision]);
  if (DataType.isBool(type)) return { kind: 'bits' };
  if (DataType.isNull(type)) return { kind: 'null' };
  if (DataType.isTimestamp(type) || DataType.isDuration(type)) return fixed(type, 8);
  if (DataType.isDate(type)) return fixed(type, type.unit === DateUnit.DAY ? 4 : 8);
  if (DataType.isTime(type)) return number(type, [32, 64]);
  if (DataType.isInterval(type)) return fixed(type, intervalWidth[type.unit]);
  if (DataType.isDecimal(type)) return number(type, [32, 64, 128, 256]);
  if (DataType.isFixedSizeBinary(type)) return fixed(type, type.byteWidth);
  if (DataType.isUnion(type))
    return { kind: 'union', dense: type.mode === UnionMode.Dense, typeIds: type.typeIds };
  throw new SemtelError('column_type', `A column has the type ${type}, which this server does not read.`);
}

/** Child fields of a type; none for a type without. */
export function childrenOf(type: DataType): readonly { readonly name: string; readonly type: DataType }[] {
  return DataType.isDictionary(type) ? [] : (type.children ?? []);
}
