import { z } from 'zod';
import type { OutputField, OutputValue } from '../base/answer.ts';
import { unknownKey } from '../base/nearest.ts';
import { type Check, mapping } from './check.ts';
import type { Path } from './frontMatter.ts';
import { checkOutputName, type DeclaredOutput } from './outputs.ts';

export type Outputs = Readonly<Record<string, OutputValue>>;

/** Outputs computed from those that the model gave. */
export interface Derivation {
  readonly fields: readonly OutputField[];
  /** Adds the derived outputs. Total: the declared ones have been checked before, so none is missing. */
  derive(declared: Outputs): Outputs;
}

interface Rule {
  readonly field: OutputField;
  compute(declared: Outputs): OutputValue;
}

const head = { name: z.string(), description: z.string().optional() };
const globs = z.union(
  [z.string().transform((glob) => [glob]), z.array(z.string()).min(1)],
  'must be a list of names like ["sat_*"]',
);
const mapRule = mapping('a map rule', {
  ...head,
  kind: z.enum(['string', 'integer', 'float', 'boolean']),
  from: z.string(),
  map: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
const sumRule = mapping('a sum rule', {
  ...head,
  kind: z.enum(['integer', 'float']),
  sum: globs,
  minus: globs.optional(),
});

function fits(kind: OutputField['kind'], value: unknown): boolean {
  if (kind === 'integer') return Number.isSafeInteger(value);
  if (kind === 'float') return Number.isFinite(value);
  return typeof value === kind;
}

function readMap(raw: unknown, path: Path, outputs: readonly DeclaredOutput[], check: Check): Rule {
  const { name, kind, description, from, map } = check.parse(mapRule, raw, path);
  const source = outputs.find((output) => output.name === from);
  if (source === undefined) {
    return check.fail(
      [...path, 'from'],
      unknownKey(
        from,
        `derived output "${name}"`,
        outputs.map((o) => o.name),
      ),
    );
  }
  const labels = source.choices?.map(String);
  if (labels === undefined)
    return check.fail([...path, 'from'], `derived output "${name}": "${from}" has no enumValues to map from`);
  const missing = labels.find((label) => !Object.hasOwn(map, label));
  if (missing !== undefined)
    check.fail([...path, 'map'], `derived output "${name}": the map lacks the label "${missing}"`);
  for (const [label, value] of Object.entries(map)) {
    const at = [...path, 'map', label];
    if (!labels.includes(label)) check.fail(at, unknownKey(label, `derived output "${name}"`, labels));
    if (!fits(kind, value))
      check.fail(at, `derived output "${name}": the value for "${label}" is not of kind ${kind}`);
  }
  const values = new Map(Object.entries(map));
  return {
    field: { name, kind, ...(description === undefined ? {} : { description }) },
    compute: (declared) => values.get(String(declared[from]))!,
  };
}

function readSum(raw: unknown, path: Path, outputs: readonly DeclaredOutput[], check: Check): Rule {
  const { name, kind, description, sum, minus } = check.parse(sumRule, raw, path);
  const select = (patterns: readonly string[], key: string): readonly string[] =>
    patterns.flatMap((glob) => {
      const pattern = new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
      const matched = outputs.filter((output) => pattern.test(output.name));
      if (matched.length === 0)
        check.fail([...path, key], `derived output "${name}": "${glob}" names no output`);
      for (const output of matched) {
        if (output.kind !== 'integer' && !(output.kind === 'float' && kind === 'float')) {
          check.fail(
            [...path, key],
            `derived output "${name}" of kind ${kind} cannot sum "${output.name}" of kind ${output.kind}`,
          );
        }
      }
      return matched.map((output) => output.name);
    });
  const terms = [...new Set(select(sum, 'sum'))];
  const less = [...new Set(select(minus ?? [], 'minus'))];
  const total = (names: readonly string[], declared: Outputs) =>
    names.reduce((value, item) => value + (declared[item] as number), 0);
  return {
    field: { name, kind, ...(description === undefined ? {} : { description }) },
    compute: (declared) => total(terms, declared) - total(less, declared),
  };
}

/** Reads `metadata.semtel.derive`: map rules (label to value) and sum rules (items added and taken away). */
export function readDerivation(
  rules: readonly unknown[],
  outputs: readonly DeclaredOutput[],
  check: Check,
): Derivation {
  const taken = new Set(outputs.map(({ name }) => name));
  const read = rules.map((raw, index): Rule => {
    const path = ['metadata', 'semtel', 'derive', index];
    const isSum = typeof raw === 'object' && raw !== null && 'sum' in raw;
    const rule = isSum ? readSum(raw, path, outputs, check) : readMap(raw, path, outputs, check);
    checkOutputName(rule.field.name, 'derived output', path, check);
    if (taken.has(rule.field.name)) check.fail(path, `output "${rule.field.name}" is declared twice`);
    taken.add(rule.field.name);
    return rule;
  });
  return {
    fields: read.map(({ field }) => field),
    derive: (declared) =>
      read.length === 0
        ? declared
        : {
            ...declared,
            ...Object.fromEntries(read.map((rule) => [rule.field.name, rule.compute(declared)])),
          },
  };
}
