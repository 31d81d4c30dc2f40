import type { DeclaredOutput } from './outputs.ts';

/** True where the words ask for JSON and name every output: as a key, or at least as a word beside "JSON object". */
function tellsShape(text: string, outputs: readonly DeclaredOutput[]): boolean {
  const asksForObject = /\bJSON object\b/i.test(text);
  const named = ({ name }: DeclaredOutput) =>
    text.includes(`"${name}"`) || (asksForObject && new RegExp(`\\b${name}\\b`).test(text));
  return /\bJSON\b/i.test(text) && outputs.every(named);
}

/**
 * What a prompt lacks to be answered by an endpoint that takes no schema: the shape of the reply, where its own words
 * do not tell it. OpenAI's json_object mode also refuses requests without the word JSON.
 *
 * @param text the prompt's messages without the conversation
 * @returns the instruction to add to the first message; '' where nothing is missing
 */
export function missingShape(text: string, outputs: readonly DeclaredOutput[], schema: object): string {
  if (tellsShape(text, outputs)) return '';
  return `Reply with one JSON object and nothing else. It must be valid under this JSON Schema: ${JSON.stringify(schema)}`;
}
