/** A control character: terminals obey some of them, so data must not bring any. */
const control = /\p{Cc}+/gu;

/** Text on one line, without control characters, at most `width` characters. */
export function oneLine(text: string, width: number): string {
  const characters = Array.from(text.replace(control, ' ').trim());
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** Rows under their headings in columns as wide as their widest cell, two spaces apart. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
