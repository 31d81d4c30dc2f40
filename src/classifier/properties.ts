import { unknownKey } from '../base/nearest.ts';
import type { Check } from './check.ts';
import type { Path } from './frontMatter.ts';

/** One entry of `inputs`, `outputs` or an object's `properties`, before its own keys are checked. */
export interface NamedProperty {
  readonly name: string;
  /** What was given besides the name. */
  readonly value: unknown;
  readonly path: Path;
}

/** Keys that may stand beside `properties`; the others say nothing that semtel would act on. */
const beside = ['properties', 'kind', 'description', 'examples', 'strict'];

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The three forms of Prompty's property lists, in file order: a list of `{name, …}`, a mapping of name to the rest,
 * and either of them under `properties`.
 */
export function namedProperties(raw: unknown, path: Path, check: Check): readonly NamedProperty[] {
  if (raw === undefined || raw === null) return [];
  if (Array.isArray(raw)) {
    return raw.map((item: unknown, index) => {
      const at = [...path, index];
      if (!isMapping(item) || typeof item.name !== 'string') {
        return check.fail(at, `${at.join('.')}: every entry of the list needs a name`);
      }
      const { name, ...value } = item;
      return { name, value, path: at };
    });
  }
  if (!isMapping(raw)) return check.fail(path, `${path.join('.')} must be a list or a mapping`);
  const inner = raw.properties;
  if (Array.isArray(inner) || (isMapping(inner) && typeof inner.kind !== 'string')) {
    const stray = Object.keys(raw).find((key) => !beside.includes(key));
    if (stray !== undefined) check.fail([...path, stray], unknownKey(stray, path.join('.'), beside));
    return namedProperties(inner, [...path, 'properties'], check);
  }
  return Object.entries(raw).map(([name, value]) => ({ name, value, path: [...path, name] }));
}

/** Fails when two entries share a name. */
export function refuseDoubles(entries: readonly NamedProperty[], what: string, check: Check): void {
  const seen = new Set<string>();
  for (const { name, path } of entries) {
    if (seen.has(name)) check.fail(path, `${what} "${name}" is declared twice`);
    seen.add(name);
  }
}
