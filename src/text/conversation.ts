import type { Message } from '../base/conversation.ts';

/**
 * The conversation as templates get it: `[{"i":1,"role":"user","content":"…"}]`, compact JSON. `kept[n]` replaces
 * the content of message n, null leaves it out; a run of messages left out is one note. Lone surrogates and the line
 * separators U+2028 and U+2029 are written as escapes, so that every reader finds the same lines.
 */
export function conversationJson(
  messages: readonly Message[],
  kept: readonly (string | null)[] = messages.map((message) => message.content),
): string {
  const items: object[] = [];
  let out = 0;
  const note = () => {
    if (out > 0) items.push({ i: null, role: 'note', content: leftOut(out) });
    out = 0;
  };
  for (const [index, { role }] of messages.entries()) {
    const content = kept[index] ?? null;
    if (content === null) {
      out++;
      continue;
    }
    note();
    items.push({ i: index + 1, role, content });
  }
  note();
  return JSON.stringify(items).replace(/[\u2028\u2029]/g, (separator) =>
    separator === '\u2028' ? '\\u2028' : '\\u2029',
  );
}

function leftOut(count: number): string {
  return count === 1 ? '[1 message left out]' : `[${count} messages left out]`;
}
