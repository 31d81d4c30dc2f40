import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '../classifier.ts';
import { hasDoubledKeys } from './doubledKeys.ts';
import { bad } from './fault.ts';
import { jsonIn, maxAnswerChars } from './json.ts';
import { isMapping } from './values.ts';

type Bad = Extract<Reading, { ok: false }>;

/** The object of a combined reply, and what had to be repaired to find it. */
export interface CombinedReply {
  readonly value: Readonly<Record<string, unknown>>;
  readonly repairs: readonly string[];
}

function strictObject(reply: string): CombinedReply | null {
  if (reply.length > maxAnswerChars) return null;
  try {
    const value: unknown = JSON.parse(reply);
    return isMapping(value) && !hasDoubledKeys(reply, value) ? { value, repairs: [] } : null;
  } catch {
    return null;
  }
}

/** Finds the one object that holds the parts named; strict JSON first. */
export function readCombined(reply: string, names: readonly string[]): CombinedReply | Bad {
  const holds = (value: unknown) => isMapping(value) && names.some((name) => Object.hasOwn(value, name));
  const namingExtras = ({ value, repairs }: CombinedReply): CombinedReply =>
    Object.keys(value).every((key) => names.includes(key))
      ? { value, repairs }
      : { value, repairs: [...repairs, 'extra_property'] };
  const strict = strictObject(reply);
  if (strict !== null && holds(strict.value)) return namingExtras(strict);
  const found = jsonIn(reply);
  if ('code' in found) return found;
  const [first, ...others] = found.values.filter(({ value }) => holds(value));
  if (first === undefined) {
    const keys = names.map((name) => `"${name}"`).join(', ');
    return found.values.length === 0
      ? bad('unreadable', 'The reply holds no JSON object.')
      : bad('schema_mismatch', `The reply must be one JSON object with exactly these keys: ${keys}.`);
  }
  if (others.some(({ value }) => !isDeepStrictEqual(value, first.value))) {
    return bad('unreadable', 'The reply holds more than one answer; it must be one JSON object.');
  }
  return namingExtras(first as CombinedReply);
}
