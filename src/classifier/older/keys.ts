import { isMap, isScalar, type Pair, type Scalar, type YAMLMap } from 'yaml';

/** A YAML mapping whose keys are plain strings. */
export type Mapping = YAMLMap<Scalar<string>, unknown>;
export type Entry = Pair<Scalar<string>, unknown>;

/** What is told of one key: that it was mapped, or that it cannot be. */
export interface Notes {
  mapped(entry: Entry, message: string): void;
  refuse(entry: Entry, message: string): never;
}

export function mappingOf(value: unknown): Mapping | undefined {
  return isMap(value) ? (value as Mapping) : undefined;
}

/** The value of a plain YAML node; undefined for a mapping or a list. */
export function plain(node: unknown): unknown {
  return isScalar(node) ? node.value : undefined;
}

export function entryOf(map: Mapping, key: string): Entry | undefined {
  return map.items.find((entry) => entry.key.value === key);
}

export function under(map: Mapping, key: string): unknown {
  return entryOf(map, key)?.value;
}

/** Takes a key with its value out of a mapping. */
export function take(map: Mapping, key: string): Entry | undefined {
  const entry = entryOf(map, key);
  if (entry !== undefined) map.items.splice(map.items.indexOf(entry), 1);
  return entry;
}

/** Gives a key its present name; it keeps its place in the file. `at` is the mapping's own path, for the sentence. */
export function rename(
  map: Mapping,
  [from, to]: readonly [string, string],
  at: string,
  notes: Notes,
): Entry | undefined {
  const entry = entryOf(map, from);
  if (entry === undefined) return undefined;
  if (entryOf(map, to) !== undefined) {
    notes.refuse(entry, `${at}${from} is the older name of ${to}, which is there too; keep one`);
  }
  entry.key.value = to;
  notes.mapped(entry, `${at}${from} is now called ${to}`);
  return entry;
}

/** Takes a key out for good; `why` ends the sentence. */
export function drop(map: Mapping, key: string, at: string, why: string, notes: Notes): void {
  const entry = take(map, key);
  if (entry !== undefined) notes.mapped(entry, `${at}${key} is not used: ${why}`);
}
