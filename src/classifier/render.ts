import type { Classifier } from './classifier.ts';
import { type Message, usesConversation } from './messages.ts';
import { threadOf } from './thread.ts';

/**
 * Puts a prompt's messages around a conversation. What does not depend on the conversation is rendered here, once, and
 * frozen.
 *
 * @param shape instruction about the reply to add to the first message of the author; '' for none
 */
export function rendererOf(messages: readonly Message[], shape: string): Classifier['render'] {
  const holder = messages.find(({ role }) => role !== 'thread');
  const parts = messages.map((message): Classifier['render'] => {
    const { role, template } = message;
    if (role === 'thread') return threadOf;
    const added = message === holder ? shape : '';
    const varies = usesConversation(message);
    // Constant text comes before the conversation, and after the author's own rules.
    const render = (conversation: string) => {
      const own = template.render(conversation);
      const both = varies ? [added, own] : [own, added];
      return { role, content: both.filter((text) => text !== '').join('\n\n') };
    };
    if (varies) return (conversation) => [render(conversation)];
    const constant = [Object.freeze(render(''))];
    return () => constant;
  });
  return (conversation) => parts.flatMap((part) => part(conversation));
}
