import { z } from 'zod';
import type { OutputValue } from '../base/answer.ts';

const range = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'a range needs min, max or both')
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, 'min is above max');

/** What an output should be: exactly this value, or a number within these bounds, ends included. */
export const expectedValue = z.union(
  [z.string(), z.number(), z.boolean(), range],
  'must be a string, a number, a boolean or a range like {"min": 1, "max": 10}',
);

export type ExpectedValue = Readonly<z.infer<typeof expectedValue>>;

/** Whether an answer's output is what was expected of it. */
export function meets(value: OutputValue | undefined, expected: ExpectedValue): boolean {
  if (typeof expected !== 'object') return value === expected;
  const { min = -Infinity, max = Infinity } = expected;
  return typeof value === 'number' && value >= min && value <= max;
}
