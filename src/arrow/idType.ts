import { DataType, type Int, Int64, Utf8 } from 'apache-arrow';
import { arrayOf, type Column, offsetsOf } from './column.ts';
import { plainColumn } from './gather.ts';
import { offsetBytes } from './picks.ts';

/** What ids become that are of several types of one kind, in Arrow's words. */
export type IdType = 'Utf8' | 'Int64';

/** The type that holds ids of all these types; undefined where none does, as for text beside numbers. */
export function commonIdType(types: readonly string[]): IdType | undefined {
  if (types.every((type) => /^(Large)?Utf8$/.test(type))) return 'Utf8';
  return types.every((type) => /^(Int(8|16|32|64)|Uint(8|16|32))$/.test(type)) ? 'Int64' : undefined;
}

/** The column of text or integers in the common type of its and others'. */
export function retyped(column: Column, type: IdType): Column {
  const plain = plainColumn(column.type, [column]);
  const [first, ...data] = plain.buffers as [Uint8Array, ...Uint8Array[]];
  if (DataType.isInt(plain.type))
    return { ...plain, type: typeOf(type), buffers: [widened(first, plain.type)] };
  const offsets = Int32Array.from(offsetsOf(plain));
  return { ...plain, type: typeOf(type), buffers: [offsetBytes(offsets, false), ...data] };
}

/** The type that is meant. */
export function typeOf(type: IdType): DataType {
  return type === 'Utf8' ? new Utf8() : new Int64();
}

function widened(bytes: Uint8Array, { ArrayType }: Int): Uint8Array {
  const values: Iterable<number | bigint> = arrayOf(ArrayType as BigInt64ArrayConstructor, bytes);
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
