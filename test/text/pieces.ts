/** The places in a text between its graphemes. */
export function borders(text: string): Set<number> {
  return new Set(Array.from(new Intl.Segmenter().segment(text), ({ index }) => index).concat(text.length));
}

/** Whether `kept` is a start, an end or both of `content`, cut between graphemes. */
export function isPiece(kept: string, content: string): boolean {
  const whole = borders(content);
  return [...kept.matchAll(/…/g)].some(({ index }) => {
    const [start, end] = [kept.slice(0, index), kept.slice(index + 1)];
    return (
      content.startsWith(start) &&
      content.endsWith(end) &&
      whole.has(start.length) &&
      whole.has(content.length - end.length)
    );
  });
}
