/** Comments, in which nothing counts, and raw blocks on one or more lines. */
const commentOrRaw =
  /\{#[\s\S]*?#\}|\{%(-?)[ \t]*raw[ \t]*(-?)%\}([\s\S]*?)\{%(-?)[ \t]*endraw[ \t]*(-?)%\}/g;

/**
 * Jinja's raw blocks, which the template library does not know, as expressions that print their text. Line ends stay
 * where they are, so that what follows keeps its line; blanks that a `-` cuts off go into the tag.
 */
export function withoutRaw(source: string): string {
  return source.replace(
    commentOrRaw,
    (whole: string, before?: string, left?: string, content?: string, right?: string, after?: string) => {
      if (content === undefined) return whole;
      const start = left === '-' ? content.length - content.trimStart().length : 0;
      const end = right === '-' ? Math.max(start, content.trimEnd().length) : content.length;
      const text = content.slice(start, end).replace(/[\\"]/g, '\\$&');
      return `{{${before} ${content.slice(0, start)}"${text}"${content.slice(end)} ${after}}}`;
    },
  );
}
