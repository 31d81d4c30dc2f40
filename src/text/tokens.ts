import { createRequire } from 'node:module';

type Vocabulary = typeof import('gpt-tokenizer/encoding/o200k_base');

const require = createRequire(import.meta.url);
let loaded: Vocabulary | undefined;

/** Loaded when first needed: it takes 0.1 s and 80 MB a thread, and most conversations are short enough to do without. */
function vocabulary(): Vocabulary {
  loaded ??= require('gpt-tokenizer/encoding/o200k_base') as Vocabulary;
  return loaded;
}

/** Special-token spellings in a conversation are plain text here, never control tokens. */
const asText = { disallowedSpecial: new Set<string>() };

/**
 * Merging takes time quadratic in an unbroken run (16,000 emoji: 2 s), so such runs are counted in parts. No token
 * is longer than 128 characters; a part costs at most one token more than the run whole.
 */
const longRun = /\S{128}|\s{128}/gu;

/** Longest token of the vocabulary, in characters: fewer tokens than length / 128 are impossible. */
export const maxTokenLength = 128;

/** Tokens of `text` under o200k_base (gpt-tokenizer); a sound estimate for other models' vocabularies. */
export function countTokens(text: string): number {
  const { countTokens: count } = vocabulary();
  let tokens = 0;
  let from = 0;
  for (const { index, 0: run } of text.matchAll(longRun)) {
    const to = index + run.length;
    tokens += count(text.slice(from, to), asText);
    from = to;
  }
  return tokens + count(text.slice(from), asText);
}
