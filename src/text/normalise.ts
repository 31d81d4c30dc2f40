import type { Message } from '../base/conversation.ts';

/** Why a row holds no conversation to ask about. */
export type SkipCode = 'null' | 'empty' | 'bad_conversation';

const roles: ReadonlyMap<string, string> = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['bot', 'assistant'],
  ['gpt', 'assistant'],
  ['model', 'assistant'],
]);

/**
 * A row's value to its messages: null; a string that is a JSON array of messages; any other string, which is one
 * user message; or a list of `{ role, content }`. Content is a string, null or absent (empty), or a list of parts.
 * A JSON array of anything else is `bad_conversation`, and so is a message without a role.
 */
export function normalise(value: unknown): readonly Message[] | SkipCode {
  if (value === null) return 'null';
  if (typeof value === 'string') return normaliseText(value);
  if (!Array.isArray(value)) return 'bad_conversation';
  const messages: Message[] = [];
  let hasText = false;
  for (const item of value) {
    const read = readMessage(item);
    if (read === null) return 'bad_conversation';
    hasText ||= read.hasText;
    messages.push(read.message);
  }
  return hasText ? messages : 'empty';
}

function normaliseText(text: string): readonly Message[] | SkipCode {
  if (/^\s*\[/.test(text)) {
    const parsed = parseJson(text);
    if (parsed !== undefined) return normalise(parsed);
  }
  return isBlank(text) ? 'empty' : [{ role: 'user', content: text }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface ReadMessage {
  readonly message: Message;
  readonly hasText: boolean;
}

function readMessage(item: unknown): ReadMessage | null {
  if (!isObject(item) || typeof item.role !== 'string') return null;
  const role = item.role.toLowerCase();
  const content = readContent(item.content ?? null);
  if (content === null) return null;
  return { message: { role: roles.get(role) ?? role, content: content.text }, hasText: content.hasText };
}

function readContent(content: unknown): { readonly text: string; readonly hasText: boolean } | null {
  if (content === null) return { text: '', hasText: false };
  if (typeof content === 'string') return { text: content, hasText: !isBlank(content) };
  if (!Array.isArray(content)) return null;
  const parts = content.map(readPart);
  if (parts.includes(null)) return null;
  return {
    text: parts.map((part) => part!.text).join('\n'),
    hasText: parts.some((part) => part!.hasText),
  };
}

/** A part that is not text leaves its type behind, so that the model sees that there was something. */
function readPart(part: unknown): { readonly text: string; readonly hasText: boolean } | null {
  if (!isObject(part) || typeof part.type !== 'string') return null;
  if (part.type !== 'text') return { text: `[${part.type}]`, hasText: false };
  const text = part.text ?? '';
  return typeof text === 'string' ? { text, hasText: !isBlank(text) } : null;
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
