import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Message {
  readonly role: string;
  readonly content: string;
}

const file = join(import.meta.dirname, '..', 'demo', 'conversations.jsonl');

/** `count` different conversations, as JSON text: those of the demo, numbered so that none is asked twice. */
export function overheadRows(count: number, from: number): string[] {
  const chats = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { messages: Message[] }).messages);
  return Array.from({ length: count }, (_, index) => {
    const [first, ...others] = chats[index % chats.length]!;
    const numbered = { ...first!, content: `${first!.content} (${from + index})` };
    return JSON.stringify([numbered, ...others]);
  });
}

/** The same, longer: each joins the messages of so many. */
export function joinedRows(count: number, chats: number, from: number): string[] {
  const short = overheadRows(count * chats, from).map((text) => JSON.parse(text) as Message[]);
  return Array.from({ length: count }, (_, row) =>
    JSON.stringify(short.slice(row * chats, (row + 1) * chats).flat()),
  );
}
