import { z } from 'zod';
import { mapping } from './check.ts';

/** Names of classifiers and outputs: they become column and field names. */
const namePattern = /^[a-z][a-z0-9_]{0,62}$/;
const nameRule = 'a name is a lower-case letter, then at most 62 lower-case letters, digits or underscores';

export const columnName = z.string().regex(namePattern, nameRule);

const options = mapping('model.options', {
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  seed: z.int().optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  presencePenalty: z.number().min(-2).max(2).optional(),
  stopSequences: z.array(z.string()).min(1).max(4).optional(),
  allowMultipleToolCalls: z
    .undefined('a classifier calls no tools; remove "allowMultipleToolCalls"')
    .optional(),
  additionalProperties: z.record(z.string(), z.unknown()).optional(),
});

const model = mapping('model', {
  id: z.string().min(1).default('default'),
  provider: z.string().optional(),
  apiType: z.literal('chat', 'a classifier asks a chat model: apiType must be "chat"').optional(),
  connection: z.unknown().optional(),
  options: options.prefault({}),
});

/** A part that may be written as its kind alone. */
function byKind<T extends z.ZodType>(type: T) {
  return z.preprocess((value) => (typeof value === 'string' ? { kind: value } : value), type);
}

const template = mapping('template', {
  format: byKind(
    mapping('template.format', {
      kind: z.literal('jinja2', 'the only template format is "jinja2"').default('jinja2'),
      strict: z
        .literal(true, 'text that is filled in never begins a message here; leave "strict" out')
        .transform(() => undefined)
        .optional(),
    }),
  ).prefault({}),
  parser: byKind(
    mapping('template.parser', {
      kind: z.literal('prompty', 'the only parser is "prompty"').default('prompty'),
    }),
  ).prefault({}),
});

const label = mapping('a label', {
  definition: z.string().default(''),
  examples: z.array(z.string()).default([]),
  counterexamples: z.array(z.string()).default([]),
  aliases: z.array(z.string()).default([]),
});

/** Room for a note about what is left out (21 tokens) and for one piece of a message (25 to 75 in most scripts). */
const leastTruncatedTokens = 100;

const semtel = mapping('metadata.semtel', {
  labels: z.record(z.string(), z.record(z.string(), label)).default({}),
  derive: z.array(z.unknown()).default([]),
  truncate: mapping('metadata.semtel.truncate', {
    max_tokens: z
      .int()
      .min(
        leastTruncatedTokens,
        `must be at least ${leastTruncatedTokens}: below, hardly more than a note about what is missing is left of a long conversation`,
      ),
    strategy: z.enum(['head', 'tail', 'head_tail', 'user_first', 'per_message']).default('head_tail'),
  }).optional(),
  pack: z.boolean().default(true),
  combine: z.boolean().default(true),
});

/** The front matter of Prompty 2 with ours under `metadata.semtel`; inputs, outputs and rules are read by their own files. */
export const promptFile = mapping('the front matter', {
  name: columnName.optional(),
  displayName: z.string().optional(),
  description: z.string().default(''),
  model: z.preprocess((value) => (typeof value === 'string' ? { id: value } : value), model).prefault({}),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
  tools: z.undefined('a classifier calls no tools; remove "tools"').optional(),
  template: z
    .preprocess((value) => (typeof value === 'string' ? { format: { kind: value } } : value), template)
    .prefault({}),
  metadata: z.looseObject({ semtel: semtel.prefault({}) }, 'metadata must be a mapping').prefault({}),
});

export type PromptFile = z.infer<typeof promptFile>;
export type ModelOptions = z.infer<typeof options>;
export type LabelFile = z.infer<typeof label>;
