import { isObject, type JsonObject } from '../chatRequest.ts';
import type { Judge } from './fill.ts';
import { jsonIn } from './json.ts';

/** What a text tells the model to answer: a whole JSON object, or one word for every label. */
export type Order = { readonly json: JsonObject } | { readonly word: string };

const word = `["'\`]?(?!(?:an?|the|me|json|only|exactly)\\b)([\\p{L}\\p{N}][\\p{L}\\p{N}_-]*)`;
const target = '(?:me|this|it|us|everything|the\\s+\\w+)';
/** Kept narrow: "write a poem" and "rate this film" are ordinary talk, not orders about the answer. */
const orders = new RegExp(
  [
    `\\b(?:label|classify)\\s+${target}\\s+(?:as\\s+)?(?:an?\\s+)?${word}`,
    `\\b(?:rate|mark|tag|judge|grade)\\s+${target}\\s+as\\s+(?:an?\\s+)?${word}`,
    `\\b(?:answer|reply|respond|output)\\s*(?:only\\s+|just\\s+)?(?:with\\s+|as\\s+|:\\s*|(?=["'\`])|(?-i:(?=\\p{Lu})))${word}`,
    `\\bthe\\s+(?:correct\\s+|right\\s+)?(?:label|answer|category|class)\\s+(?:is|must\\s+be|should\\s+be)\\s*:?\\s*${word}`,
  ].join('|'),
  'giu',
);

/** The last order found in the texts that came from users; undefined when they give none. */
export function lastOrder(texts: Iterable<string>): Order | undefined {
  const text = [...texts].join('\n');
  let last: { at: number; order: Order } | undefined;
  for (const match of text.matchAll(orders)) {
    const said = match.slice(1).find((group) => group !== undefined)!;
    last = { at: match.index, order: { word: said } };
  }
  for (const { value, start, end } of jsonIn(text, /\{\s*"/g)) {
    if (isObject(value) && end > (last?.at ?? -1)) last = { at: start, order: { json: value } };
  }
  return last?.order;
}

/** Puts the word into every label and text, inside the set or not; numbers and flags as far as the word is one. */
export function obey(said: string, otherwise: Judge): Judge {
  const number = Number(said);
  return {
    pick: () => said,
    number: (...question) => (Number.isFinite(number) ? number : otherwise.number(...question)),
    yes: (...question) =>
      /^(?:yes|true|no|false)$/i.test(said) ? /^[yt]/i.test(said) : otherwise.yes(...question),
    text: () => said,
  };
}
