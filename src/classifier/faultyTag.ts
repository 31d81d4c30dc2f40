const tag = /\{#[\s\S]*?#\}|\{\{[\s\S]*?\}\}|\{%[-+]?\s*(\w*)[\s\S]*?%\}/g;

/** Blocks that a tag opens: closed again, the tag can be tried by itself. */
const blocks = ['if', 'for', 'macro', 'call', 'filter'];

function failureOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return String(error);
  }
}

/**
 * Where in a template its fault is, as the template library does not tell: the first tag that fails by itself in the
 * same way, else the first that is not closed.
 *
 * @param attempt parses and renders a source; throws for one that does not
 * @returns offset of the tag's beginning; 0 where no tag is to blame
 */
export function faultyTag(source: string, attempt: (source: string) => void): number {
  const failure = failureOf(() => attempt(source));
  for (const { 0: text, 1: word = '', index } of source.matchAll(tag)) {
    const alone = blocks.includes(word) ? `${text}{% end${word} %}` : text;
    if (failureOf(() => attempt(alone)) === failure) return index;
  }
  const between = source.replace(tag, (text) => ' '.repeat(text.length));
  return Math.max(0, between.search(/\{[{%#]/));
}
