import { isDeepStrictEqual } from 'node:util';
import { labelRepairs } from './labelSet.ts';
import type { Shape } from './shape.ts';

/** A repair of a parsed reply: gives the mended value, or the very same one where it does not apply. */
export interface ValueRepair {
  readonly name: string;
  repair(value: unknown, shapes: readonly Shape[]): unknown;
}

type Mapping = Readonly<Record<string, unknown>>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Changes each output's value, members of arrays and objects included. */
function eachValue(
  value: unknown,
  shapes: readonly Shape[],
  change: (value: unknown, shape: Shape) => unknown,
): unknown {
  if (!isMapping(value)) return value;
  const visit = (member: unknown, shape: Shape): unknown => {
    const next = change(member, shape);
    if (shape.items !== null && Array.isArray(next)) {
      const items = next.map((item) => visit(item, shape.items!));
      return items.some((item, index) => item !== next[index]) ? items : next;
    }
    return shape.properties.length === 0 ? next : eachValue(next, shape.properties, change);
  };
  const changed = shapes
    .filter(({ output }) => Object.hasOwn(value, output.name))
    .map((shape) => [shape.output.name, visit(value[shape.output.name], shape)] as const)
    .filter(([name, member]) => member !== value[name]);
  return changed.length === 0 ? value : { ...value, ...Object.fromEntries(changed) };
}

/** Changes the reply's object and every object inside it that has declared members. */
function eachObject(
  value: unknown,
  shapes: readonly Shape[],
  change: (value: Mapping, shapes: readonly Shape[]) => Mapping,
): unknown {
  if (!isMapping(value)) return value;
  return eachValue(change(value, shapes), shapes, (member, { properties }) =>
    properties.length > 0 && isMapping(member) ? change(member, properties) : member,
  );
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

/** The answer inside a list of one, a list of equal ones, or a wrapper of one key. */
function unwrapped(value: unknown, shapes: readonly Shape[]): unknown {
  if (Array.isArray(value)) {
    const [first, ...others] = value as unknown[];
    return isMapping(first) && others.every((other) => isDeepStrictEqual(other, first)) ? first : value;
  }
  if (!isMapping(value)) return value;
  const members = Object.values(value);
  const declared = shapes.some(({ output }) => Object.hasOwn(value, output.name));
  return members.length === 1 && !declared && isMapping(members[0]) ? members[0] : value;
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/;
const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

/** Repairs of what a reply says, in the order tried. */
export const valueRepairs: readonly ValueRepair[] = [
  { name: 'wrong_root', repair: unwrapped },
  {
    name: 'property_name',
    repair: (value, shapes) =>
      eachObject(value, shapes, (object, members) => {
        const known = new Map(members.map(({ output }) => [plainName(output.name), output.name]));
        const renamed = Object.entries(object).map(
          ([name, member]) => [known.get(plainName(name)) ?? name, member] as const,
        );
        const same = renamed.every(([name]) => Object.hasOwn(object, name));
        const distinct = new Set(renamed.map(([name]) => name)).size === renamed.length;
        return same || !distinct ? object : Object.fromEntries(renamed);
      }),
  },
  {
    name: 'extra_property',
    repair: (value, shapes) =>
      eachObject(value, shapes, (object, members) => {
        // Another spelling of a declared name stays: it may hold another answer.
        const declared = new Set(members.map(({ output }) => plainName(output.name)));
        const kept = Object.entries(object).filter(([name]) => declared.has(plainName(name)));
        return kept.length === Object.keys(object).length ? object : Object.fromEntries(kept);
      }),
  },
  {
    name: 'single_item',
    repair: (value, shapes) =>
      eachValue(value, shapes, (member, { output }) =>
        Array.isArray(member) && member.length === 1 && output.kind !== 'array' ? member[0] : member,
      ),
  },
  {
    name: 'number_string',
    repair: (value, shapes) =>
      eachValue(value, shapes, (member, { output }) => {
        if (output.kind === 'string' && typeof member === 'number') {
          return output.choices?.includes(String(member)) === false ? member : String(member);
        }
        const number = output.kind === 'integer' || output.kind === 'float';
        return number && typeof member === 'string' && decimal.test(member) ? Number(member) : member;
      }),
  },
  {
    name: 'boolean_string',
    repair: (value, shapes) =>
      eachValue(value, shapes, (member, { output }) =>
        output.kind === 'boolean' && typeof member === 'string'
          ? (truths.get(member.trim().toLowerCase()) ?? member)
          : member,
      ),
  },
  ...labelRepairs.map(
    (name): ValueRepair => ({
      name,
      repair: (value, shapes) =>
        eachValue(value, shapes, (member, { output, recognise }) =>
          recognise === null || typeof member !== 'string' || output.choices!.includes(member)
            ? member
            : (recognise(member, name) ?? member),
        ),
    }),
  ),
];
