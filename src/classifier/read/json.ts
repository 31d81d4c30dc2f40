import type { Reading } from '../classifier.ts';
import { bracketsIn } from './brackets.ts';
import { bad } from './fault.ts';
import { isRefusal } from './refusal.ts';
import { type Parsed, parseRepaired } from './syntax.ts';
import { endsInThought, wrappings } from './wrapping.ts';

type Bad = Extract<Reading, { ok: false }>;

/** A long thought before the answer is some 100,000 characters. What lies beyond is no reply to our questions. */
const maxReplyChars = 1 << 20;
/** No answer of labels is longer; bounds the time of checking one. */
export const maxAnswerChars = 1 << 16;
/** Repairs and checks go over an answer a dozen times. */
const maxRepairChars = 1 << 14;

const tooMuch = bad('unreadable', 'The reply is far longer or deeper than the JSON asked for.');

const refused: Bad = {
  ok: false,
  status: 'refused',
  code: 'model_refusal',
  fault: 'The model declined to answer.',
};

/** What a reply holds once its wrappings are off. */
export interface Unwrapped {
  /** Every JSON value in order, with all repairs that made it readable; none where the reply holds no JSON. */
  readonly values: readonly Parsed[];
  /** The reply without its wrappings. */
  readonly text: string;
  /** Names of the wrappings taken off. */
  readonly repairs: readonly string[];
}

function unwrap(reply: string): { readonly text: string; readonly repairs: readonly string[] } {
  let text = reply;
  const repairs: string[] = [];
  for (const { name, repair } of wrappings) {
    const next = repair(text);
    if (next !== text) repairs.push(name);
    text = next;
  }
  return { text, repairs };
}

/** Takes the wrappings off and reads all JSON that is left, or says why there is nothing to read. */
export function jsonIn(reply: string): Unwrapped | Bad {
  if (reply.length > maxReplyChars) return tooMuch;
  const { text, repairs } = unwrap(reply);
  if (text.trim() === '') return bad('unreadable', 'The reply is empty.');
  const { texts, rest, end } = bracketsIn(text);
  if (end === 'inside' || endsInThought(rest))
    return bad('truncated_reply', 'The reply ends inside its JSON.');
  const chars = texts.reduce((sum, { length }) => sum + length, 0);
  if (end !== 'outside' || chars > maxRepairChars) return tooMuch;
  if (texts.length === 0) return isRefusal(text) ? refused : { values: [], text, repairs };
  const around = texts.length > 1 || rest.trim() !== '' ? [...repairs, 'prose'] : repairs;
  const values: Parsed[] = [];
  for (const each of texts) {
    const parsed = parseRepaired(each);
    if (parsed === null)
      return bad('unreadable', 'The reply holds JSON that cannot be read without guessing.');
    values.push({ value: parsed.value, repairs: [...around, ...parsed.repairs] });
  }
  return { values, text, repairs };
}
