import type { Message, Truncation } from '../base/conversation.ts';
import { conversationJson } from './conversation.ts';
import { cut } from './cut.ts';
import { strategies } from './shares.ts';
import { countTokens, maxTokenLength } from './tokens.ts';

/** Enough of the budget used to stop looking for more; trials aim between it and the whole. */
const wellUsed = 0.97;
const aim = 0.985;
/** Trials in proportion to the last one; nearly always two to four do. Then halving finds a way. */
const proportionalTrials = 5;
/** Trials after which the best found is good enough. */
const maxTrials = 8;
/** Characters of a token to begin with; English has four to five. */
const firstGuess = 4;

/**
 * `full`, the conversation's JSON, where it has at most `maxTokens` tokens; else the JSON of what the strategy keeps,
 * never one token over. Whole messages where possible, cuts between graphemes.
 */
export function truncate(
  messages: readonly Message[],
  full: string,
  { maxTokens, strategy }: Truncation,
): string {
  // A token has at least one byte, and at most `maxTokenLength` characters.
  if (Buffer.byteLength(full) <= maxTokens) return full;
  if (full.length <= maxTokens * maxTokenLength && countTokens(full) <= maxTokens) return full;
  const measured = messages.map(({ role, content }) => ({ role, length: content.length }));
  const keep = (size: number) => {
    const shares = strategies[strategy](measured, size);
    const kept = messages.map(({ content }, index) => {
      const share = shares[index] ?? null;
      return share === null ? null : cut(content, share);
    });
    return conversationJson(messages, kept);
  };
  return largestWithin(keep, full.length, maxTokens) ?? '[]';
}

/** The text of the largest size found whose tokens are at most `maxTokens`; undefined where even size 0 is over. */
function largestWithin(
  textOf: (size: number) => string,
  tooLarge: number,
  maxTokens: number,
): string | undefined {
  let best: string | undefined;
  let low = 0;
  let high = tooLarge;
  let size = Math.min(maxTokens * firstGuess, Math.floor(high / 2));
  for (let trial = 1; low < high && (best === undefined || trial <= maxTrials); trial++) {
    const text = textOf(size);
    const tokens = countTokens(text);
    if (tokens <= maxTokens) {
      best = text;
      low = size + 1;
      if (tokens >= maxTokens * wellUsed) break;
    } else {
      high = size;
    }
    const next = Math.floor((size * maxTokens * aim) / tokens);
    const isUsable = trial <= proportionalTrials && next >= low && next < high;
    size = isUsable ? next : Math.floor((low + high) / 2);
  }
  if (best !== undefined) return best;
  const least = textOf(0);
  return countTokens(least) <= maxTokens ? least : undefined;
}
