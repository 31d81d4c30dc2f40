import type { Message } from '../base/conversation.ts';

/**
 * The form of a conversation that its key is made of: JSON `[[role, content], …]` without blanks, CRLF as LF,
 * nothing else changed. Two rows with the same form are one question.
 */
export function canonical(messages: readonly Message[]): string {
  return JSON.stringify(messages.map(({ role, content }) => [unixLines(role), unixLines(content)]));
}

function unixLines(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}
