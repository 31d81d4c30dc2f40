import type { Random } from '../../base/random.ts';
import { isObject, type JsonObject } from '../chatRequest.ts';
import type { ReplyFault } from '../faults.ts';

/** What stands in the reply's message. */
export interface Spoken {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly finishReason: 'stop' | 'length';
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** `value` with every string and number in it changed; names of properties stay. */
function mapLeaves(value: unknown, change: (leaf: string | number) => unknown): unknown {
  if (typeof value === 'string' || typeof value === 'number') return change(value);
  if (Array.isArray(value)) return value.map((element) => mapLeaves(element, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapLeaves(member, change)]));
}

function otherCase(leaf: string | number): unknown {
  if (typeof leaf === 'number') return leaf;
  return leaf === leaf.toUpperCase() ? leaf.toLowerCase() : leaf.toUpperCase();
}

/** A label with one inner letter missing; a number as a string. */
function nearMiss(leaf: string | number, random: Random): string {
  const text = String(leaf);
  if (typeof leaf === 'number' || text.length < 4) return text;
  const at = 1 + Math.floor(random() * (text.length - 2));
  return text.slice(0, at) + text.slice(at + 1);
}

/** One entry of the root missing: a conversation of a pack, a classifier, or an output. */
function withoutOne(value: JsonObject, random: Random): JsonObject {
  const entries = Object.entries(value);
  entries.splice(Math.floor(random() * entries.length), 1);
  return Object.fromEntries(entries);
}

/** One entry of the root too many, made like the last: a conversation that was not asked about, or an unknown output. */
function withOneMore(value: JsonObject): JsonObject {
  const packed = Object.keys(value).every((key) => /^i\d+$/.test(key));
  return { ...value, [packed ? 'i99' : 'extra']: Object.values(value).at(-1) ?? null };
}

/** A reply as it should be said, or spoilt in the way of `fault`. */
export function speak(
  value: unknown,
  fault: Exclude<ReplyFault, 'content_filter'> | null,
  random: Random,
): Spoken {
  const say = (spoken: unknown): Spoken => ({ content: textOf(spoken), refusal: null, finishReason: 'stop' });
  switch (fault) {
    case null:
      return say(value);
    case 'truncated': {
      const text = textOf(value);
      const kept = 1 + Math.floor(random() * Math.max(0, text.length - 2));
      return { ...say(text.slice(0, kept)), finishReason: 'length' };
    }
    case 'fenced':
      return say(`\`\`\`json\n${textOf(value)}\n\`\`\``);
    case 'prose':
      return say(`Sure! Here is my answer:\n\n${textOf(value)}\n\nLet me know if you need anything else.`);
    case 'wrong_case':
      return say(mapLeaves(value, otherCase));
    case 'near_miss':
      return say(mapLeaves(value, (leaf) => nearMiss(leaf, random)));
    case 'dropped_item':
      return say(isObject(value) ? withoutOne(value, random) : value);
    case 'extra_item':
      return say(isObject(value) ? withOneMore(value) : value);
    case 'refusal':
      return { content: null, refusal: "I'm sorry, but I cannot help with that.", finishReason: 'stop' };
    case 'empty':
      return say('');
  }
}
