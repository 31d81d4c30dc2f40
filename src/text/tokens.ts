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
 * The tokeniser splits text into words, then merges within each, in time quadratic in its length (16,000 emoji: 2 s).
 * So words longer than any real one are counted in parts of this many characters.
 */
const longest = 256;
/** The look-behinds let no search begin inside a word, which would be quadratic, too. */
const longWord =
  /(?<![\p{L}\p{M}])[\p{L}\p{M}]{256,}|(?<![^\s\p{L}\p{N}])[^\s\p{L}\p{N}]{256,}|(?<!\s)\s{256,}/gu;

/**
 * Two parts can have fewer tokens than the whole: merging is greedy, not optimal. In 34,000 random words of 1 to 4 parts
 * the whole never had more than two tokens a seam above their sum.
 */
const perSeam = 2;
/** Characters of the longest token. */
const maxTokenLength = 128;

interface Part {
  readonly text: string;
  /** Tokens that the seam after it may hide. */
  readonly seam: number;
}

function* parts(text: string): Generator<Part> {
  let from = 0;
  for (const { index, 0: word } of text.matchAll(longWord)) {
    const end = index + word.length;
    for (let at = index + longest; at < end; at = from + longest) {
      // A surrogate pair stays whole.
      const to = text.codePointAt(at - 1)! > 0xffff ? at + 1 : at;
      yield { text: text.slice(from, to), seam: perSeam };
      from = to;
    }
  }
  yield { text: text.slice(from), seam: 0 };
}

/**
 * Tokens of `text` under o200k_base (gpt-tokenizer), a sound estimate for other models' vocabularies. Exact but for
 * unbroken runs of 256 letters, signs or blanks: there it may be a few too many, not too few.
 */
export function countTokens(text: string): number {
  const { countTokens: count } = vocabulary();
  let tokens = 0;
  for (const part of parts(text)) tokens += count(part.text, asText) + part.seam;
  return tokens;
}

/** Whether `countTokens(text) <= maxTokens`, in time that grows with the limit, not with the text. */
export function isWithinTokens(text: string, maxTokens: number): boolean {
  // Every token has at least one byte.
  if (Buffer.byteLength(text) <= maxTokens) return true;
  if (text.length > maxTokens * maxTokenLength) return false;
  const { isWithinTokenLimit } = vocabulary();
  let left = maxTokens;
  for (const part of parts(text)) {
    const tokens = isWithinTokenLimit(part.text, left - part.seam, asText);
    if (tokens === false) return false;
    left -= tokens + part.seam;
  }
  return true;
}
