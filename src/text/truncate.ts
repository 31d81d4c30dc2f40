import type { Message, Truncation } from '../base/conversation.ts';
import { conversationJson } from './conversation.ts';
import { cut } from './cut.ts';
import { sizeOfAll, strategies } from './shares.ts';
import { countTokens, isWithinTokens } from './tokens.ts';

/** Enough of the budget used to stop looking for more; trials aim between it and the whole. */
const wellUsed = 0.97;
const aim = 0.985;
/** Trials in proportion to the last one; nearly always two to four do. Then halving finds a way. */
const proportionalTrials = 5;
/** Characters of a token to begin with; English has four to five. */
const firstGuess = 4;

/**
 * `full`, the conversation's JSON, where it has at most `maxTokens` tokens; else the JSON of what the strategy keeps,
 * never one token over. Whole messages where possible, cuts between graphemes. The budget is used to 97 %, or until the
 * strategy's next step, a piece of a message with its frame, would be too much. `[]` where not even a note fits.
 */
export function truncate(
  messages: readonly Message[],
  full: string,
  { maxTokens, strategy }: Truncation,
): string {
  if (isWithinTokens(full, maxTokens)) return full;
  const measured = messages.map(({ role, content }) => ({ role, length: content.length }));
  const keep = (size: number) => {
    const shares = strategies[strategy](measured, size);
    const kept = messages.map(({ content }, index) => {
      const share = shares[index] ?? null;
      return share === null ? null : cut(content, share);
    });
    return conversationJson(messages, kept);
  };
  return largestWithin(keep, sizeOfAll(measured), maxTokens);
}

/** The text with most tokens, at most `maxTokens`, of the sizes tried below `tooLarge`; `[]` where even size 0 is over. */
function largestWithin(textOf: (size: number) => string, tooLarge: number, maxTokens: number): string {
  let best = { text: '[]', tokens: 0 };
  let low = 0;
  let high = tooLarge;
  let size = Math.min(maxTokens * firstGuess, Math.floor(high / 2));
  for (let trial = 1; low < high && best.tokens < maxTokens * wellUsed; trial++) {
    const text = textOf(size);
    const tokens = countTokens(text);
    if (tokens > maxTokens) high = size;
    else {
      if (tokens > best.tokens) best = { text, tokens };
      low = size + 1;
    }
    const next = Math.floor((size * maxTokens * aim) / tokens);
    const isUsable = trial <= proportionalTrials && next >= low && next < high;
    size = isUsable ? next : Math.floor((low + high) / 2);
  }
  return best.text;
}
