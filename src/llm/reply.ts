import type { ChatReply } from './call.ts';

/** What one reply's body says. */
export type Reply = Pick<
  ChatReply,
  'text' | 'refusal' | 'finishReason' | 'model' | 'promptTokens' | 'cachedTokens' | 'completionTokens'
>;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const tokens = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
const string = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Text of a message: a string, or the texts of its parts. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return string(content) ?? '';
  return content.map((part) => (isObject(part) ? (string(part.text) ?? '') : '')).join('');
}

function finishOf(reason: unknown): Reply['finishReason'] {
  return reason === 'stop' || reason === 'length' || reason === 'content_filter' ? reason : 'other';
}

/** Reads the body of a chat completion; null when it is none. Usage that is not told counts as 0. */
export function readReply(body: string, model: string): Reply | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(json) || !Array.isArray(json.choices)) return null;
  const choice: unknown = json.choices[0];
  if (!isObject(choice) || !isObject(choice.message)) return null;
  const usage = isObject(json.usage) ? json.usage : {};
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  return {
    text: textOf(choice.message.content),
    refusal: string(choice.message.refusal),
    finishReason: finishOf(choice.finish_reason),
    model: string(json.model) ?? model,
    promptTokens: tokens(usage.prompt_tokens),
    cachedTokens: tokens(details.cached_tokens),
    completionTokens: tokens(usage.completion_tokens),
  };
}
