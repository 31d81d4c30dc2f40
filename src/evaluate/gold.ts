import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { LabelDefinition, OutputField } from '../base/answer.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import { nearest, unknownKey } from '../base/nearest.ts';
import { type ExpectedValue, expectedValue } from './expected.ts';

const goldItem = z.strictObject({
  id: z.string().min(1),
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() })).min(1),
  expected: z
    .record(z.string(), expectedValue)
    .refine((expected) => Object.keys(expected).length > 0, 'must name at least one output'),
  /** Why, where it is close. */
  note: z.string().min(1).optional(),
});

/** One conversation with the outputs that it should get; outputs that are not named are not judged. */
export type GoldItem = Readonly<z.infer<typeof goldItem>>;

/** What a gold file must know of the classifier that it is for. */
export interface Judged {
  readonly name: string;
  /** Declared and derived. */
  readonly outputs: readonly OutputField[];
  /** Label set of each output; empty where it has none. */
  readonly labels: Readonly<Record<string, readonly LabelDefinition[]>>;
}

const numeric = new Set<OutputField['kind']>(['integer', 'float']);

/** What is wrong with an expected value; null when the classifier can give it. */
function misfit(output: string, value: ExpectedValue, { name, outputs, labels }: Judged): string | null {
  const field = outputs.find((known) => known.name === output);
  const names = outputs.map((known) => known.name);
  if (field === undefined) return unknownKey(output, `expected of ${name}`, names);
  const set = (labels[output] ?? []).map((label) => label.name);
  if (set.length > 0 && !set.includes(String(value))) {
    return `expected.${output}: "${value}" is not a label of ${name}; did you mean "${nearest(String(value), set)}"?`;
  }
  const fits = numeric.has(field.kind) ? ['number', 'object'] : [field.kind];
  return fits.includes(typeof value) ? null : `expected.${output} must be of kind ${field.kind}`;
}

function itemOf(line: string, judged: Judged): GoldItem {
  const parsed = goldItem.safeParse(JSON.parse(line));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  }
  for (const [output, value] of Object.entries(parsed.data.expected)) {
    const wrong = misfit(output, value, judged);
    if (wrong !== null) throw new Error(wrong);
  }
  return parsed.data;
}

/**
 * Reads a gold file: one JSON object a line, `{id, messages, expected, note?}`; blank lines are passed over.
 *
 * @param path of the JSON Lines file
 * @param judged the classifier whose outputs are expected
 * @throws SemtelError of kind `input` that names file, line and fault
 */
export function readGold(path: string, judged: Judged): readonly GoldItem[] {
  const fault = (where: string, error: unknown) =>
    new SemtelError('input', `${where}: ${messageOf(error)}`, { cause: error });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fault(path, error);
  }
  const items: GoldItem[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const item = itemOf(line, judged);
      const before = lineOf.get(item.id);
      if (before !== undefined) throw new Error(`the id "${item.id}" is also on line ${before}`);
      lineOf.set(item.id, index + 1);
      items.push(item);
    } catch (error) {
      throw fault(`${path}:${index + 1}`, error);
    }
  }
  if (items.length === 0) throw fault(path, new Error('holds no item'));
  return items;
}
