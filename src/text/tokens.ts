import { countTokens as count } from 'gpt-tokenizer/encoding/o200k_base';

/** Special-token spellings in a conversation are plain text here, never control tokens. */
const asText = { disallowedSpecial: new Set<string>() };

/** Tokens of `text` under o200k_base (gpt-tokenizer); a sound estimate for other models' vocabularies. */
export function countTokens(text: string): number {
  return count(text, asText);
}
