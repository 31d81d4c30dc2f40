import { type JsonSchema, settle, typeOf, valuesOf } from '../schema.ts';

/** Decides each value of an answer; `path` is its name within the classifier (`label`, `scores.first`). */
export interface Judge {
  pick(values: readonly unknown[], path: string, schema: JsonSchema): unknown;
  number(min: number, max: number, whole: boolean, path: string, schema: JsonSchema): number;
  yes(path: string, schema: JsonSchema): boolean;
  text(path: string): string;
}

/** Bounds of a number that the schema leaves open: a share for floats, the scale of a rating for integers. */
const openMax = { integer: 10, number: 1 };

/** A value that the schema allows, decided by `judge`. Arrays hold one element, or as many as they must. */
export function fill(schema: JsonSchema, judge: Judge, path = ''): unknown {
  const chosen = settle(schema);
  const values = valuesOf(chosen);
  if (values !== undefined) return judge.pick(values, path, chosen);
  const type = typeOf(chosen);
  const { minimum: min = 0 } = chosen;
  switch (type) {
    case 'object': {
      const properties = Object.entries(chosen.properties ?? {});
      const prefix = path === '' ? '' : `${path}.`;
      return Object.fromEntries(properties.map(([key, member]) => [key, fill(member, judge, prefix + key)]));
    }
    case 'array': {
      const length = Math.min(chosen.maxItems ?? 1, Math.max(1, chosen.minItems ?? 0));
      const { items = {} } = chosen;
      return Array.from({ length }, (_, index) => fill(items, judge, `${path}[${index}]`));
    }
    case 'integer':
    case 'number':
      return judge.number(min, chosen.maximum ?? min + openMax[type], type === 'integer', path, chosen);
    case 'boolean':
      return judge.yes(path, chosen);
    case 'null':
      return null;
    default:
      return judge.text(path);
  }
}
