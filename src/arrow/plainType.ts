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
import { childrenOf, layoutOf } from './layout.ts';

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

/** True where `plainType` changes nothing. */
export function isPlain(type: DataType): boolean {
  const { kind } = layoutOf(type);
  return kind !== 'dictionary' && kind !== 'views' && childrenOf(type).every((child) => isPlain(child.type));
}
