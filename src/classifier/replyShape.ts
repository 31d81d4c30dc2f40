import type { DeclaredOutput } from './outputs.ts';
import { responseSchema } from './schema.ts';

/** True where the words ask for JSON and name every output: as a key, or at least as a word beside "JSON object". */
function tellsShape(text: string, outputs: readonly DeclaredOutput[]): boolean {
  const asksForObject = /\bJSON object\b/i.test(text);
  const named = ({ name }: DeclaredOutput) =>
    text.includes(`"${name}"`) || (asksForObject && new RegExp(`\\b${name}\\b`).test(text));
  return /\bJSON\b/i.test(text) && outputs.every(named);
}

/** Whether the text tells what an output means: its name, and right behind it its description. */
function tellsMeaning(text: string, { name, description = '' }: DeclaredOutput): boolean {
  const behindName = new RegExp(`\\b${name}[^\\p{L}\\p{N}]+$`, 'u');
  const heads = text.split(description.trim()).slice(0, -1);
  return heads.some((head) => behindName.test(head));
}

/** What of the reply's shape is told in words. */
export interface ReplyShape {
  /** Instruction to add to the first message; '' where the prompt's own words tell the shape. */
  readonly instruction: string;
  /** For the endpoints that take one: every output, with the descriptions that no words tell. */
  readonly schema: object;
}

/**
 * Parts the shape of the reply between words and schema. Words: what a prompt lacks to be answered by an endpoint that
 * takes no schema, so the whole schema where its own text does not tell the shape. OpenAI's json_object mode also
 * refuses requests without the word JSON. Schema: without descriptions that are in the words already.
 *
 * @param text the prompt's messages without the conversation
 */
export function replyShape(text: string, outputs: readonly DeclaredOutput[]): ReplyShape {
  if (tellsShape(text, outputs)) {
    return { instruction: '', schema: responseSchema(outputs, (output) => tellsMeaning(text, output)) };
  }
  const whole = JSON.stringify(responseSchema(outputs));
  return {
    instruction: `Reply with one JSON object and nothing else. It must be valid under this JSON Schema: ${whole}`,
    schema: responseSchema(outputs, () => true),
  };
}
