import { type ChatTurn, isObject } from '../chatRequest.ts';
import { type Found, jsonIn } from './json.ts';

/** What a request asks to judge, apart from how to judge it. */
export interface Judged {
  /** Decoded text of each conversation by its id in the body; a request about one conversation has the id "". */
  readonly items: ReadonlyMap<string, string>;
  /** Everything the author wrote: the messages up to the conversation, without it. */
  readonly instruction: string;
}

/** Openings of a conversation `[{"i":1,…}]` and of a pack `{"i1":[…],…}`: inside a JSON string their quotes would be escaped. */
const opening = /\[\s*\{\s*"(?:i|role|content)"\s*:|\{\s*"i\d+"\s*:/g;

function conversationText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts: string[] = [];
  for (const turn of value) {
    if (!isObject(turn) || typeof turn.content !== 'string') return undefined;
    texts.push(turn.content);
  }
  return texts.join('\n');
}

/** An item of a pack: a conversation, or a whole rendered message that may hold one. */
function itemText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const found = lastJudged(value);
    return found === undefined ? value : [...found.items.values()].join('\n');
  }
  return conversationText(value);
}

function itemsOf(value: unknown): ReadonlyMap<string, string> | undefined {
  const conversation = conversationText(value);
  if (conversation !== undefined) return new Map([['', conversation]]);
  if (!isObject(value)) return undefined;
  const items = new Map<string, string>();
  for (const [id, item] of Object.entries(value)) {
    const text = itemText(item);
    if (text === undefined) return undefined;
    items.set(id, text);
  }
  return items;
}

function lastJudged(content: string): { items: ReadonlyMap<string, string>; found: Found } | undefined {
  let last: { items: ReadonlyMap<string, string>; found: Found } | undefined;
  // A pattern of its own: the global one's place would be lost in the recursion of itemText.
  for (const found of jsonIn(content, new RegExp(opening))) {
    const items = itemsOf(found.value);
    if (items !== undefined) last = { items, found };
  }
  return last;
}

const authored = (messages: readonly ChatTurn[]) =>
  messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content);

/**
 * Finds the conversations: in the last user message that holds some, the last that stands there.
 * Later messages (an unreadable reply and the request to mend it) are passed over.
 * Where no message holds a conversation, the last user message is the text to judge.
 */
export function findJudged(messages: readonly ChatTurn[]): Judged {
  for (let at = messages.length - 1; at >= 0; at--) {
    const { role, content } = messages[at]!;
    const judged = role === 'user' ? lastJudged(content) : undefined;
    if (judged === undefined) continue;
    const { items, found } = judged;
    const around = [content.slice(0, found.start), content.slice(found.end)];
    return { items, instruction: [...authored(messages.slice(0, at)), ...around].join('\n') };
  }
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const text = messages[at]?.content ?? '';
  return {
    items: new Map([['', text]]),
    instruction: authored(messages.slice(0, Math.max(at, 0))).join('\n'),
  };
}
