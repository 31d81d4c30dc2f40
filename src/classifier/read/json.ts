import type { Reading } from '../classifier.ts';
import { bad } from './fault.ts';
import { locate } from './locate.ts';
import { isRefusal } from './refusal.ts';
import { type Parsed, parseRepaired } from './syntax.ts';

type Bad = Extract<Reading, { ok: false }>;

/** No answer of labels is longer; bounds the time of one reading. */
export const maxReplyChars = 65536;
/** Replies that need repair: some repairs take time with the square of the length. */
const maxRepairChars = 16384;

export const tooLong = bad('unreadable', 'The reply is far longer than the JSON asked for.');

const refused: Bad = {
  ok: false,
  status: 'refused',
  code: 'model_refusal',
  fault: 'The model declined to answer.',
};

/**
 * Every JSON value in a reply, with the repairs that made it readable.
 *
 * @returns the values in order, none where the reply holds no JSON at all; or why there is nothing to read
 */
export function jsonIn(reply: string): readonly Parsed[] | Bad {
  if (reply.trim() === '') return bad('unreadable', 'The reply is empty.');
  if (reply.length > maxRepairChars) return tooLong;
  const { texts, repairs, cut } = locate(reply);
  if (cut) return bad('truncated_reply', 'The reply ends inside its JSON.');
  if (texts.length === 0) return isRefusal(reply) ? refused : [];
  const values: Parsed[] = [];
  for (const text of texts) {
    const parsed = parseRepaired(text);
    if (parsed === null)
      return bad('unreadable', 'The reply holds JSON that cannot be read without guessing.');
    values.push({ value: parsed.value, repairs: [...repairs, ...parsed.repairs] });
  }
  return values;
}
