import type { Share } from './shares.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters looked at on each side of a cut; clusters longer than this are cut between code points. */
const reach = 64;

/** The share of `text`, cut between graphemes, with `…` where something is missing. */
export function cut(text: string, { start, end }: Share): string {
  if (start + end >= text.length) return text;
  const head = text.slice(0, boundary(text, start));
  const tail = end === 0 ? '' : text.slice(boundaryFrom(text, text.length - end));
  return `${head}…${tail}`;
}

/** The last place at or before `at` where a grapheme ends. */
function boundary(text: string, at: number): number {
  const found = boundariesNear(text, at).findLast((place) => place <= at);
  return found ?? codePoint(text, at);
}

/** The first place at or after `at` where a grapheme begins. */
function boundaryFrom(text: string, at: number): number {
  const found = boundariesNear(text, at).find((place) => place >= at);
  return found ?? codePoint(text, at + 1);
}

function boundariesNear(text: string, at: number): number[] {
  const from = codePoint(text, Math.max(0, at - reach));
  const window = text.slice(from, codePoint(text, Math.min(text.length, at + reach)));
  const places = Array.from(graphemes.segment(window), ({ index }) => from + index);
  // The window may begin inside a grapheme.
  return from === 0 ? places : places.slice(1);
}

/** `at`, or one less where it would part a surrogate pair. */
function codePoint(text: string, at: number): number {
  const isLow = at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return isLow && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
}
