import { z } from 'zod';
import type { OutputField, OutputKind } from '../base/answer.ts';
import { type Check, mapping } from './check.ts';
import type { Path } from './frontMatter.ts';
import { columnName } from './promptFile.ts';
import { namedProperties, refuseDoubles } from './properties.ts';

/** An output the model must give: the one source of the reply's checks, its JSON Schema and its Arrow type. */
export interface DeclaredOutput extends OutputField {
  /** The only values allowed; null for any of the kind. */
  readonly choices: readonly (string | number)[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly items?: DeclaredOutput;
  readonly properties?: readonly DeclaredOutput[];
}

/** Fields that every answer has besides its outputs. */
const reserved: readonly string[] = [
  'status',
  'error_code',
  'error_message',
  'source',
  'repair',
  'model',
  'endpoint',
  'prompt_digest',
  'prompt_tokens',
  'completion_tokens',
  'attempts',
  'latency_ms',
  'call_questions',
];

export const outputKinds = ['string', 'integer', 'float', 'boolean', 'array', 'object'] as const;

const outputFile = mapping('an output', {
  kind: z.enum(outputKinds, 'an output is of kind string, integer, float, boolean, array or object'),
  description: z.string().optional(),
  required: z.literal(true, 'every output is required; leave "required" out').optional(),
  default: z.undefined('an output has no default: a reply without it is invalid').optional(),
  example: z.unknown().optional(),
  enumValues: z
    .array(z.union([z.string(), z.number()], 'must be a string or a number; quote words like "true"'))
    .min(1)
    .optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.unknown().optional(),
});
type OutputFile = z.infer<typeof outputFile>;

/** Fails unless `name` can be a field of the answer; `what` is "output" or "derived output". */
export function checkOutputName(name: string, what: string, path: Path, check: Check): void {
  if (reserved.includes(name)) {
    check.fail(path, `${what} "${name}": this name is reserved for a field that every answer has`);
  }
  const parsed = columnName.safeParse(name);
  if (!parsed.success) check.fail(path, `${what} "${name}": ${parsed.error.issues[0]!.message}`);
}

function checkChoices(file: OutputFile, title: string, path: Path, check: Check): void {
  const { kind, enumValues } = file;
  if (enumValues === undefined) return;
  const at = [...path, 'enumValues'];
  if (kind !== 'string' && kind !== 'integer') {
    check.fail(at, `${title}: enumValues are for the kinds string and integer, not ${kind}`);
  }
  const seen = new Map<string, readonly (string | number)[]>();
  for (const [index, value] of enumValues.entries()) {
    const place = [...at, index];
    const fits =
      kind === 'string' ? typeof value === 'string' && value.trim() !== '' : Number.isSafeInteger(value);
    if (!fits) {
      const wanted = kind === 'string' ? 'text' : 'an integer';
      check.fail(place, `${title}: ${JSON.stringify(value)} is not ${wanted}`);
    }
    const folded = String(value).toLowerCase();
    const twins = seen.get(folded) ?? [];
    if (twins.includes(value)) {
      check.note(place, `${title}: the label "${value}" is listed twice`);
      continue;
    }
    for (const twin of twins) {
      const message = `${title}: the labels "${twin}" and "${value}" differ only in case`;
      check.note(place, message, 'labels_differ_by_case');
    }
    seen.set(folded, [...twins, value]);
  }
}

function checkBounds(file: OutputFile, title: string, path: Path, check: Check): void {
  const { kind, minimum, maximum } = file;
  for (const bound of ['minimum', 'maximum'] as const) {
    if (file[bound] !== undefined && kind !== 'integer' && kind !== 'float') {
      check.fail([...path, bound], `${title}: ${bound} is for the kinds integer and float, not ${kind}`);
    }
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    check.fail([...path, 'minimum'], `${title}: minimum is above maximum`);
  }
}

function declare(name: string, value: unknown, path: Path, check: Check): DeclaredOutput {
  const title = `output "${name}"`;
  const file = check.parse(outputFile, value, path);
  checkChoices(file, title, path, check);
  checkBounds(file, title, path, check);
  const { kind, description, enumValues, minimum, maximum } = file;
  if (kind !== 'array' && file.items !== undefined)
    check.fail([...path, 'items'], `${title}: items are for the kind array`);
  if (kind !== 'object' && file.properties !== undefined) {
    check.fail([...path, 'properties'], `${title}: properties are for the kind object`);
  }
  return {
    name,
    kind,
    ...(description === undefined ? {} : { description }),
    choices: enumValues ?? null,
    minimum: minimum ?? null,
    maximum: maximum ?? null,
    ...(kind === 'array' ? { items: declareItem(file.items, title, [...path, 'items'], check) } : {}),
    ...(kind === 'object'
      ? { properties: declareAll(file.properties, title, [...path, 'properties'], check) }
      : {}),
  };
}

function declareItem(raw: unknown, title: string, path: Path, check: Check): DeclaredOutput {
  if (raw === undefined)
    return check.fail(path, `${title}: an array needs items, for example { kind: string }`);
  if (typeof raw === 'object' && raw !== null && 'name' in raw) {
    const { name: _, ...rest } = raw;
    return declare('item', rest, path, check);
  }
  return declare('item', raw, path, check);
}

function declareAll(raw: unknown, title: string, path: Path, check: Check): readonly DeclaredOutput[] {
  const entries = namedProperties(raw, path, check);
  if (entries.length === 0) check.fail(path, `${title} must declare at least one property`);
  refuseDoubles(entries, 'property', check);
  return entries.map(({ name, value, path: at }) => {
    const parsed = columnName.safeParse(name);
    if (!parsed.success) check.fail(at, `property "${name}" of ${title}: ${parsed.error.issues[0]!.message}`);
    return declare(name, value, at, check);
  });
}

/** Reads `outputs` in any of its three forms. All labels that differ only in case are found at once. */
export function readOutputs(raw: unknown, check: Check): readonly DeclaredOutput[] {
  const entries = namedProperties(raw, ['outputs'], check);
  if (entries.length === 0) check.fail(['outputs'], 'a classifier needs at least one output');
  refuseDoubles(entries, 'output', check);
  return entries.map(({ name, value, path }) => {
    checkOutputName(name, 'output', path, check);
    return declare(name, value, path, check);
  });
}

/** What an answer's column knows of an output: name, kind, description and members. */
export function fieldOf(output: DeclaredOutput): OutputField {
  const { name, kind, description, items, properties } = output;
  return {
    name,
    kind: kind satisfies OutputKind,
    ...(description === undefined ? {} : { description }),
    ...(items === undefined ? {} : { items: fieldOf(items) }),
    ...(properties === undefined ? {} : { properties: properties.map(fieldOf) }),
  };
}
