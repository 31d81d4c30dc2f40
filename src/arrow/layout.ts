import { DataType, DateUnit, IntervalUnit, Precision, UnionMode } from 'apache-arrow';
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

const fixed = (width: number): Layout => ({ kind: 'fixed', width });
const floatWidth = { [Precision.HALF]: 2, [Precision.SINGLE]: 4, [Precision.DOUBLE]: 8 };
const intervalWidth = {
  [IntervalUnit.YEAR_MONTH]: 4,
  [IntervalUnit.DAY_TIME]: 8,
  [IntervalUnit.MONTH_DAY_NANO]: 16,
};

/** The layout of a type. Throws `column_type` for a type that this server does not know. */
export function layoutOf(type: DataType): Layout {
  if (DataType.isDictionary(type))
    return { kind: 'dictionary', width: type.indices.bitWidth / 8, signed: type.indices.isSigned };
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return { kind: 'bytes', wide: false };
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type)) return { kind: 'bytes', wide: true };
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) return { kind: 'views' };
  if (DataType.isStruct(type)) return { kind: 'struct' };
  if (DataType.isList(type) || DataType.isMap(type)) return { kind: 'list', wide: false };
  if (DataType.isLargeList(type)) return { kind: 'list', wide: true };
  if (DataType.isFixedSizeList(type)) return { kind: 'fixed_list', size: type.listSize };
  if (DataType.isInt(type)) return fixed(type.bitWidth / 8);
  if (DataType.isFloat(type)) return fixed(floatWidth[type.precision]);
  if (DataType.isBool(type)) return { kind: 'bits' };
  if (DataType.isNull(type)) return { kind: 'null' };
  if (DataType.isTimestamp(type) || DataType.isDuration(type)) return fixed(8);
  if (DataType.isDate(type)) return fixed(type.unit === DateUnit.DAY ? 4 : 8);
  if (DataType.isTime(type)) return fixed(type.bitWidth / 8);
  if (DataType.isInterval(type)) return fixed(intervalWidth[type.unit]);
  if (DataType.isDecimal(type)) return fixed(type.bitWidth / 8);
  if (DataType.isFixedSizeBinary(type)) return fixed(type.byteWidth);
  if (DataType.isUnion(type))
    return { kind: 'union', dense: type.mode === UnionMode.Dense, typeIds: type.typeIds };
  throw new SemtelError('column_type', `A column has the type ${type}, which this server does not read.`);
}

/** Child fields of a type; none for a type without. */
export function childrenOf(type: DataType): readonly { readonly name: string; readonly type: DataType }[] {
  return DataType.isDictionary(type) ? [] : (type.children ?? []);
}
