import { isMap, isScalar, isSeq } from 'yaml';
import { drop, mappingOf, type Notes, rename, under } from './keys.ts';

/** Kinds by the names that older files and JSON Schema give them. */
const kinds: Readonly<Record<string, string>> = {
  number: 'float',
  double: 'float',
  int: 'integer',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
};

/** Older names of a property's keys. */
const names = [
  ['enum', 'enumValues'],
  ['is_required', 'required'],
] as const;

/** What JSON Schema says beside `properties`, and why it need not be said. */
const schemaOnly = ['type', 'required', 'additionalProperties'];
const always = 'every property is required and none further allowed';

function upgradeProperty(value: unknown, at: string, notes: Notes): void {
  const property = mappingOf(value);
  if (property === undefined) return;
  const kind = rename(property, ['type', 'kind'], at, notes)?.value;
  if (isScalar(kind)) kind.value = kinds[String(kind.value)] ?? kind.value;
  for (const name of names) rename(property, name, at, notes);
  // The rows give the conversation: a sample of it is no default.
  rename(property, ['sample', at === 'inputs.conversation.' ? 'example' : 'default'], at, notes);
  if (isSeq(under(property, 'required'))) drop(property, 'required', at, always, notes);
  drop(property, 'additionalProperties', at, always, notes);
  upgradeProperty(under(property, 'items'), `${at}items.`, notes);
  upgradeProperties(under(property, 'properties'), `${at}properties.`, notes);
}

/** Names of today for `inputs`, `outputs` or the members of an object, at every depth. `at` ends with a dot. */
export function upgradeProperties(list: unknown, at: string, notes: Notes): void {
  if (isSeq(list)) {
    for (const [index, item] of list.items.entries()) upgradeProperty(item, `${at}${index}.`, notes);
    return;
  }
  const map = mappingOf(list);
  if (map === undefined) return;
  const inner = under(map, 'properties');
  const named = isMap(inner) && (isScalar(inner.get('kind', true)) || isScalar(inner.get('type', true)));
  if (isSeq(inner) || (isMap(inner) && !named)) {
    for (const key of schemaOnly) drop(map, key, at, always, notes);
    upgradeProperties(inner, `${at}properties.`, notes);
  } else for (const { key, value } of map.items) upgradeProperty(value, `${at}${key.value}.`, notes);
}
