import { type Document, isSeq, Pair, Scalar, YAMLMap } from 'yaml';
import {
  drop,
  type Entry,
  entryOf,
  type Mapping,
  mappingOf,
  type Notes,
  rename,
  take,
  under,
} from './keys.ts';
import { upgradeModel } from './model.ts';
import { upgradeProperties } from './properties.ts';

/** A key of an older Prompty format and what it was read as. */
export interface OlderKey {
  /** Of the key, in the YAML. */
  readonly offset: number;
  /** A whole sentence without its stop. */
  readonly message: string;
}

/** The mapping under a key of the root, made where there is none. */
function mappingUnder(root: Mapping, key: string): Mapping | undefined {
  const entry = entryOf(root, key);
  if (entry !== undefined) return mappingOf(entry.value);
  const made = new YAMLMap() as Mapping;
  root.items.push(new Pair(new Scalar(key), made));
  return made;
}

function upgradeMetadata(root: Mapping, notes: Notes): void {
  for (const key of ['authors', 'tags', 'version']) {
    const entry = take(root, key);
    if (entry === undefined) continue;
    mappingUnder(root, 'metadata')?.items.push(entry);
    notes.mapped(entry, `${key} is now metadata.${key}`);
  }
}

/** A mapping would be taken for an input's own keys: it is named as the default that it is. */
function objectInput(value: unknown): Mapping {
  const input = new YAMLMap() as Mapping;
  input.items.push(
    new Pair(new Scalar('kind'), new Scalar('object')),
    new Pair(new Scalar('default'), value),
  );
  return input;
}

/**
 * The older format's sample gave an input its value where the caller gave none: a default.
 *
 * @returns what became of it, as the end of a sentence
 */
function addDefault(inputs: Mapping, { key, value }: Entry): string {
  const name = key.value;
  if (name === 'conversation') return 'not used: the rows give the conversation';
  const declared = entryOf(inputs, name);
  const property = mappingOf(declared?.value);
  if (property !== undefined && entryOf(property, 'default') === undefined) {
    property.items.push(new Pair(new Scalar('default'), value));
    return `now inputs.${name}.default, the same for every row`;
  }
  if (declared !== undefined) return 'not used: the input has a default';
  inputs.items.push(new Pair(key, mappingOf(value) === undefined ? value : objectInput(value)));
  return `now inputs.${name}, the same for every row`;
}

function upgradeSample(root: Mapping, notes: Notes): void {
  const entry = take(root, 'sample');
  if (entry === undefined) return;
  const sample = mappingOf(entry.value);
  const inputs = sample && mappingUnder(root, 'inputs');
  if (sample === undefined || inputs === undefined || isSeq(inputs.get('properties'))) {
    notes.mapped(entry, 'sample is not used: inputs give their own defaults');
  } else {
    for (const item of sample.items)
      notes.mapped(item, `sample.${item.key.value} is ${addDefault(inputs, item)}`);
  }
}

/**
 * Gives the keys of older Prompty formats (1.0, 1.x and the drafts of 2) their names of Prompty 2, in place: each keeps
 * its offset, so that later faults name the line that the author wrote.
 *
 * @param refuse told the offset of what cannot be mapped
 * @returns what was mapped, in file order; empty for a Prompty 2 file
 */
export function upgrade(
  document: Document,
  refuse: (offset: number, message: string) => never,
): readonly OlderKey[] {
  const root = mappingOf(document.contents);
  if (root === undefined) return [];
  const found: OlderKey[] = [];
  const offsetOf = ({ key }: Entry) => key.range?.[0] ?? 0;
  const notes: Notes = {
    mapped: (entry, message) => found.push({ offset: offsetOf(entry), message }),
    refuse: (entry, message) => refuse(offsetOf(entry), message),
  };
  drop(root, '$schema', '', 'the format is known', notes);
  drop(root, 'kind', '', 'every file is a prompt', notes);
  rename(root, ['inputSchema', 'inputs'], '', notes);
  rename(root, ['outputSchema', 'outputs'], '', notes);
  upgradeMetadata(root, notes);
  const template = mappingOf(under(root, 'template'));
  if (template !== undefined) rename(template, ['type', 'format'], 'template.', notes);
  upgradeModel(root, notes);
  for (const key of ['inputs', 'outputs']) upgradeProperties(under(root, key), `${key}.`, notes);
  upgradeSample(root, notes);
  return found.sort((a, b) => a.offset - b.offset);
}
