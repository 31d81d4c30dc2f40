import type { PromptMessage } from '../../classifier/classifier.ts';
import { costOf, type Price } from '../../llm/price.ts';
import type { Prompt } from '../../pipeline/prompt.ts';
import { expectedReplyTokens } from './replyTokens.ts';

/** What calls are expected to take. */
export interface Tally {
  readonly name: string;
  readonly calls: number;
  readonly promptTokens: number;
  /** As replies are expected to be. */
  readonly completionTokens: number;
  /** As long as replies may be. */
  readonly mostCompletionTokens: number;
  /** Null where no price is configured. */
  readonly cost: number | null;
  readonly mostCost: number | null;
}

/** Adds tallies up; the cost is known where it is of all. */
export function sumOf(name: string, tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const priced = tallies.every(({ cost }) => cost !== null);
  return {
    name,
    calls: sum(({ calls }) => calls),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    mostCompletionTokens: sum(({ mostCompletionTokens }) => mostCompletionTokens),
    cost: priced ? sum(({ cost }) => cost!) : null,
    mostCost: priced ? sum(({ mostCost }) => mostCost!) : null,
  };
}

/** OpenAI cookbook, "How to count tokens with tiktoken": three for each message and three for the reply. */
const tokensPerMessage = 3;
/** Where no text was counted yet. */
const bytesPerToken = 4;

/** The calls of one prompt: texts that are counted as they would be sent, and others by their bytes. */
export class PromptTally {
  readonly #prompt: Prompt;
  readonly #price: Price | null;
  readonly #count: (message: PromptMessage) => number;
  /** Of a request without a conversation. */
  readonly #fixed: number;
  readonly #replyTokens: number;
  readonly #counted = { calls: 0, bytes: 0, tokens: 0 };
  readonly #others = { calls: 0, bytes: 0 };

  constructor(prompt: Prompt, price: Price | null, count: (message: PromptMessage) => number) {
    this.#prompt = prompt;
    this.#price = price;
    this.#count = count;
    this.#fixed = this.#tokensOf('');
    this.#replyTokens = expectedReplyTokens(prompt.responseSchema);
  }

  /** One call over a text of so many UTF-8 bytes; the text itself where its tokens are to be counted. */
  add(bytes: number, text: string | null): void {
    const part = text === null ? this.#others : this.#counted;
    part.calls += 1;
    part.bytes += bytes;
    if (text !== null) this.#counted.tokens += this.#tokensOf(text) - this.#fixed;
  }

  get tally(): Tally {
    const { bytes, tokens } = this.#counted;
    const calls = this.#counted.calls + this.#others.calls;
    const tokensPerByte = bytes === 0 ? 1 / bytesPerToken : tokens / bytes;
    const promptTokens = calls * this.#fixed + tokens + Math.round(this.#others.bytes * tokensPerByte);
    const completionTokens = Math.round(calls * this.#replyTokens);
    const mostCompletionTokens = calls * this.#prompt.maxOutputTokens;
    const price = this.#price;
    const cost = (completion: number) =>
      price === null ? null : costOf({ promptTokens, completionTokens: completion }, price);
    return {
      name: this.#prompt.classifiers.map(({ name }) => name).join('+'),
      calls,
      promptTokens,
      completionTokens,
      mostCompletionTokens,
      cost: cost(completionTokens),
      mostCost: cost(mostCompletionTokens),
    };
  }

  #tokensOf(conversation: string): number {
    return this.#prompt
      .render(conversation)
      .reduce((sum, message) => sum + this.#count(message) + tokensPerMessage, tokensPerMessage);
  }
}
