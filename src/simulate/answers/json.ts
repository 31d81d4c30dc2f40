/** Where the JSON array or object that opens at `start` ends (one past its bracket); -1 when it does not. */
function endOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      do {
        at = text.indexOf('"', at + 1);
        if (at === -1) return -1;
      } while (escaped(text, at));
    } else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return -1;
}

function escaped(text: string, quote: number): boolean {
  let slashes = 0;
  while (text[quote - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

export interface Found {
  readonly value: unknown;
  readonly start: number;
  /** One past its last character. */
  readonly end: number;
}

/** The JSON array or object written at `start`; null when what stands there is not JSON. */
export function jsonAt(text: string, start: number): Found | null {
  const end = endOf(text, start);
  if (end === -1) return null;
  try {
    return { value: JSON.parse(text.slice(start, end)), start, end };
  } catch {
    return null;
  }
}

/** The JSON values in `text` that begin where `opening` (a global pattern) matches, none inside another. */
export function* jsonIn(text: string, opening: RegExp): Generator<Found> {
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const found = jsonAt(text, match.index);
    if (found === null) {
      opening.lastIndex = match.index + 1;
      continue;
    }
    yield found;
    opening.lastIndex = found.end;
  }
}
