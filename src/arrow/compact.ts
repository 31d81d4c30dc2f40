import {
  type Data,
  DataType,
  Field,
  LargeList,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { plainType } from './plainType.ts';

/**
 * The named columns of a batch without dictionaries and views, at any depth of lists and structs:
 * what is cut from a view or a dictionary carries the buffers of the whole, what is cut from plain columns does not.
 */
export function compactColumns(batch: RecordBatch, names: readonly string[]): RecordBatch {
  const columns = names.map((name) => compact(batch.getChild(name)!.data[0]!));
  return batchOf(names, columns, batch.numRows);
}

/** What `compactColumns` gives for a batch of `schema` without rows. */
export function emptyColumns(schema: Schema, names: readonly string[]): RecordBatch {
  const columns = names.map((name) => {
    const { type } = schema.fields.find((field) => field.name === name)!;
    return vectorFromArray([], plainType(type)).data[0]!;
  });
  return batchOf(names, columns, 0);
}

function batchOf(names: readonly string[], columns: readonly Data[], length: number): RecordBatch {
  const fields = names.map((name, index) => new Field(name, columns[index]!.type, true));
  const struct = makeData({ type: new Struct(fields), length, children: [...columns] });
  return new RecordBatch(new Schema(fields), struct);
}

function compact(data: Data): Data {
  const { type } = data;
  if (DataType.isUtf8View(type) || DataType.isDictionary(type)) return fromValues(data);
  if (!DataType.isList(type) && !DataType.isLargeList(type) && !DataType.isStruct(type)) return data;
  const children = data.children.map(compact);
  if (children.every((child, index) => child === data.children[index])) return data;
  const fields = children.map((child, index) => new Field(type.children[index]!.name, child.type, true));
  const newType = DataType.isStruct(type)
    ? new Struct(fields)
    : DataType.isList(type)
      ? new List(fields[0]!)
      : new LargeList(fields[0]!);
  return data.clone(newType as never, data.offset, data.length, data.nullCount, data.buffers, children);
}

function fromValues(data: Data): Data {
  const values = new Vector([data]);
  const all = Array.from({ length: data.length }, (_, row) => values.get(row));
  return vectorFromArray(all, plainType(data.type)).data[0]!;
}
