/** Control characters that a terminal would obey; line ends and tabs are text. */
const obeyed = /(?![\n\t])\p{Cc}/gu;

/** Text in lines of at most `width` characters, indented, broken at blanks or commas where there are any; safe for a terminal. */
export function wrapped(text: string, width: number, indent: number): string {
  const room = Math.max(width - indent, 20);
  const margin = ' '.repeat(indent);
  return text
    .replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .split('\n')
    .flatMap((line) => pieces(line, room))
    .map((line) => (line === '' ? '' : margin + line))
    .join('\n');
}

function pieces(line: string, room: number): readonly string[] {
  const found: string[] = [];
  let rest = Array.from(line);
  while (rest.length > room) {
    const gap = Math.max(rest.lastIndexOf(' ', room), rest.lastIndexOf(',', room - 1) + 1);
    // Only far to the left: what follows is something long, and better cut itself.
    const end = gap > room / 2 ? gap : room;
    found.push(rest.slice(0, end).join(''));
    rest = rest.slice(rest[end] === ' ' ? end + 1 : end);
  }
  return [...found, rest.join('')];
}
