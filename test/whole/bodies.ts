import type { Message } from '../../src/base/conversation.ts';

/** A captured chat request. */
export interface ChatBody {
  readonly messages: readonly Message[];
  readonly response_format: { readonly json_schema: { readonly name: string } };
  readonly [field: string]: unknown;
}

/** One element of the conversation as sent. */
export interface Item extends Message {
  readonly i: number | null;
}

export function parseBody(body: string): ChatBody {
  return JSON.parse(body);
}

/** What stands before the conversation in the last message, and the conversation, which must end it. */
function parts({ messages }: ChatBody): { readonly heading: string; readonly items: readonly Item[] } {
  const { content } = messages.at(-1)!;
  const at = content.indexOf('[{"i":');
  return { heading: content.slice(0, at), items: JSON.parse(content.slice(at)) };
}

/** The conversation in a request: the JSON array that ends its last message. */
export function conversationIn(body: string): readonly Item[] {
  return parts(parseBody(body)).items;
}

/** The request with nothing where its conversation stands. */
export function withoutConversation(body: string): string {
  const request = parseBody(body);
  const { role } = request.messages.at(-1)!;
  const messages = [...request.messages.slice(0, -1), { role, content: parts(request).heading }];
  return JSON.stringify({ ...request, messages });
}

/** The texts of the conversations that were sent; a request that does not hold one in our form is let pass. */
export function* textsIn(bodies: readonly string[]): Generator<string> {
  for (const body of bodies) {
    const content = parseBody(body).messages.find(({ role }) => role === 'user')?.content ?? '';
    const at = content.indexOf('[{"i":');
    if (at < 0) continue;
    try {
      for (const item of JSON.parse(content.slice(at)) as Item[]) yield item.content;
    } catch {
      // Something follows the conversation: the template is a test's own.
    }
  }
}
