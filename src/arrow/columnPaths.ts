import { DataType, type Field } from 'apache-arrow';
import { loadSchema } from './stream.ts';

/** The columns of an IPC stream as paths of names, structs as their fields: `[["id"], ["topic", "label"], …]`. */
export function columnPaths(ipc: Uint8Array): readonly (readonly string[])[] {
  return loadSchema(ipc).fields.flatMap((field) => pathsOf(field));
}

function pathsOf({ name, type }: Field): (readonly string[])[] {
  if (!DataType.isStruct(type)) return [[name]];
  return type.children.flatMap((child) => pathsOf(child).map((path) => [name, ...path]));
}
