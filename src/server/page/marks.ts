import { type Html, html } from './html.ts';

/** How good a state is; each has a sign of its own, as colours are not seen by all. */
export type Mood = 'good' | 'rest' | 'wary' | 'bad';

const signs: Readonly<Record<Mood, string>> = { good: '●', rest: '○', wary: '▲', bad: '✕' };

/** A state in a word, with its sign. */
export function mark(mood: Mood, word: string): Html {
  return html`<span class="mark ${mood}"><span aria-hidden="true">${signs[mood]}</span> ${word}</span>`;
}

/** A name as somebody gave it: whatever its length and direction of writing, it leaves the rest in place. */
export const name = (given: string) => html`<bdi class="name" title="${given}">${given}</bdi>`;

/** What stands where nothing is known; a card leaves it out. */
export function unknown(words = '–'): Html {
  return html`<span class="unknown">${words}</span>`;
}

/** A bar of parts of 1 each, from the left; the figures beside it say the same. */
export function bar(parts: readonly { readonly kind: string; readonly part: number }[]): Html {
  let from = 0;
  const rects = parts.map(({ kind, part }) => {
    const x = from;
    from += part;
    return html`<rect class="${kind}" x="${x * 100}" width="${part * 100}" height="4"/>`;
  });
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}
