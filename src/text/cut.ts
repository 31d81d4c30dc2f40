import type { Share } from './shares.ts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters looked at before and after a cut: flags pair up from the start of their run, so a run must fit in. */
const context = 2_048;
/** Real graphemes are shorter (Unicode's stream-safe format ends at 30 marks); longer ones are cut between code points. */
const longestGrapheme = 64;

/** The share of `text`, cut between graphemes, with `…` where something is missing. */
export function cut(text: string, { start, end }: Share): string {
  if (start + end >= text.length) return text;
  const head = text.slice(0, graphemeAt(text, start).start);
  const from = text.length - end;
  const last = graphemeAt(text, from);
  return `${head}…${text.slice(last.start === from ? from : last.end)}`;
}

/** The grapheme that holds the character at `at`: its start, and the start of the next. */
function graphemeAt(text: string, at: number): { readonly start: number; readonly end: number } {
  if (at >= text.length) return { start: text.length, end: text.length };
  const from = codePointAt(text, Math.max(0, at - context));
  const near = text.slice(from, at + context);
  const { index, segment } = graphemes.segment(near).containing(at - from)!;
  if (segment.length <= longestGrapheme) return { start: from + index, end: from + index + segment.length };
  const start = codePointAt(text, at);
  return { start, end: start + (text.codePointAt(start)! > 0xffff ? 2 : 1) };
}

/** `at`, or one less where it would part a surrogate pair. */
function codePointAt(text: string, at: number): number {
  return at > 0 && text.codePointAt(at - 1)! > 0xffff ? at - 1 : at;
}
