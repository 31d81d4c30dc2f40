import { z } from 'zod';
import { SemtelError } from '../base/error.ts';
import { unknownKey } from '../base/nearest.ts';
import type { ClassifyOptions } from './exchange.ts';

/** Whole numbers arrive as JSON numbers or, from proto int64, as digits. */
const wholeNumber = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);

/** Contract section 1: a job id travels in logs, paths and metadata. */
const jobIdPattern = /^[A-Za-z0-9._:/-]{1,128}$/;

const shape = {
  classifiers: z.array(z.string().min(1)).min(1, 'name at least one classifier'),
  conversation: z.string().default(''),
  id: z.string().default(''),
  passthrough: z.array(z.string().min(1)).default([]),
  model: z.string().default(''),
  job_id: z
    .union([z.literal(''), z.string().regex(jobIdPattern, 'must be 1 to 128 of A-Z a-z 0-9 . _ : / -')])
    .default(''),
  refresh: z.boolean().default(false),
  max_cost: z.number().min(0, 'must be 0 (no limit) or more').default(0),
  max_tokens: wholeNumber.pipe(z.number().min(0, 'must be 0 (no limit) or more')).default(0),
  combine: z.boolean().default(false),
};
const schema = z.strictObject(shape);
const known = Object.keys(shape);

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] ?? '', 'options', known);
  return `options: "${issue.path.join('.')}": ${issue.message}`;
}

/** Its time grows with the names, not with their square: they are a stranger's, and this is the main thread. */
function duplicate(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    const known = seen.has(name);
    seen.add(name);
    return known;
  });
}

/** Checks options as a door received them (snake_case) and fills in the defaults; throws `bad_option`. */
export function parseOptions(raw: unknown): ClassifyOptions {
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new SemtelError('bad_option', parsed.error.issues.map(sentence).join('; '));
  const { job_id: jobId, max_cost: maxCost, max_tokens: maxTokens, ...same } = parsed.data;
  checkNames(same.classifiers, [...(same.id === '' ? [] : [same.id]), ...same.passthrough]);
  return { ...same, jobId, maxCost, maxTokens };
}

/** Throws `bad_option` where two columns of the answer would have one name. */
export function checkNames(classifiers: readonly string[], carried: readonly string[]): void {
  const twice = duplicate(classifiers) ?? duplicate(carried);
  if (twice !== undefined) throw new SemtelError('bad_option', `options: "${twice}" is asked for twice.`);
  const taken = new Set(classifiers);
  const clash = carried.find((name) => taken.has(name));
  if (clash !== undefined)
    throw new SemtelError(
      'bad_option',
      `options: the column "${clash}" has the name of a classifier; rename it, as the answer takes that name.`,
    );
}
