import type { PromptMessage } from './classifier.ts';

interface Turn {
  readonly role: string;
  readonly content: string;
}

/**
 * A conversation as messages of its own (Prompty's kind `thread`). Whoever sent the conversation, only user and
 * assistant come out: a message of any other role is a user message that begins with that role in brackets.
 *
 * @param conversation compact JSON array of messages; '' stands for none
 */
export function threadOf(conversation: string): readonly PromptMessage[] {
  if (conversation === '') return [];
  return (JSON.parse(conversation) as readonly Turn[]).map(({ role, content }) =>
    role === 'user' || role === 'assistant'
      ? { role, content }
      : { role: 'user', content: `[${role}] ${content}` },
  );
}
