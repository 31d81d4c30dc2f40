import { countTokens } from '../text/tokens.ts';
import { LeastRecent } from './leastRecent.ts';

/** What a chat adds to the tokens of its texts. */
const perMessage = 3;
const perChat = 3;

/** Characters of text whose count is remembered: a few thousand prompts and conversations. */
const rememberedCharacters = 1 << 24;

/** A text seen before has the same `id`. */
export interface CountedText {
  readonly id: number;
  readonly tokens: number;
}

/** Counts tokens; a text that repeats, such as a constant system message, is counted once. */
export class TokenCounter {
  readonly #seen = new LeastRecent<CountedText>(rememberedCharacters);
  #nextId = 0;

  count(text: string): CountedText {
    const seen = this.#seen.get(text);
    if (seen !== undefined) return seen;
    const counted = { id: this.#nextId++, tokens: countTokens(text) };
    this.#seen.set(text, counted, text.length + 1);
    return counted;
  }
}

/** Tokens of a whole chat, overhead included. */
export function chatTokens(messages: readonly CountedText[]): number {
  return messages.reduce((sum, { tokens }) => sum + tokens + perMessage, perChat);
}

/** Providers cache prefixes of at least this many tokens, and report them in steps. */
const smallestPrefix = 1_024;
const step = 128;
const rememberedPrefixes = 10_000;

/** A provider's prompt cache: prefixes of whole leading messages that were sent before. */
export class PromptCache {
  readonly #prefixes = new LeastRecent<true>(rememberedPrefixes);

  /** Cached tokens of this chat: its longest known prefix, in whole steps. The chat is known from now on. */
  pass(messages: readonly CountedText[]): number {
    let key = '';
    let tokens = 0;
    let cached = 0;
    for (const message of messages) {
      key += `${message.id}.`;
      tokens += message.tokens + perMessage;
      if (tokens < smallestPrefix) continue;
      if (this.#prefixes.get(key)) cached = tokens;
      else this.#prefixes.set(key, true);
    }
    return Math.floor(cached / step) * step;
  }
}
