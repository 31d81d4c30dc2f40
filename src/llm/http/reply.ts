import type { ChatReply } from '../call.ts';
import { isObject, parseJson, stringOrNull } from './json.ts';

/** What one reply's body says. */
export type Reply = Pick<
  ChatReply,
  'text' | 'refusal' | 'finishReason' | 'model' | 'promptTokens' | 'cachedTokens' | 'completionTokens'
>;

const tokens = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;

/** Text of a message: a string, or the texts of its parts. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return stringOrNull(content) ?? '';
  return content.map((part) => (isObject(part) ? (stringOrNull(part.text) ?? '') : '')).join('');
}

/** OpenAI's field, as most others have it, too; else DeepSeek's, else that of gateways to Anthropic's models. */
function cachedOf(usage: Readonly<Record<string, unknown>>): number {
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const told = details.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cache_read_input_tokens;
  return tokens(told);
}

function finishOf(reason: unknown): Reply['finishReason'] {
  return reason === 'stop' || reason === 'length' || reason === 'content_filter' ? reason : 'other';
}

/** Reads the body of a chat completion; null when it is none. Usage that is not told counts as 0. */
export function readReply(body: string, model: string): Reply | null {
  const json = parseJson(body);
  if (!isObject(json) || !Array.isArray(json.choices)) return null;
  const choice: unknown = json.choices[0];
  if (!isObject(choice) || !isObject(choice.message)) return null;
  const usage = isObject(json.usage) ? json.usage : {};
  const promptTokens = tokens(usage.prompt_tokens);
  return {
    text: textOf(choice.message.content),
    refusal: stringOrNull(choice.message.refusal),
    finishReason: finishOf(choice.finish_reason),
    model: stringOrNull(json.model) ?? model,
    promptTokens,
    cachedTokens: Math.min(cachedOf(usage), promptTokens),
    completionTokens: tokens(usage.completion_tokens),
  };
}
