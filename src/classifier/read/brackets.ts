/** Deeper than any classifier's outputs. */
const maxDepth = 32;
/** A reply with more pieces of JSON is a text about JSON. */
const maxTexts = 16;

/** The bracketed texts of a reply that look like JSON. */
export interface Brackets {
  /** Texts that begin and end like JSON, in order. */
  readonly texts: readonly string[];
  /** All that stands around them. */
  readonly rest: string;
  /** `inside`: the text ends before its last bracket closes. Not looked at to the end: `too_deep`, `too_many`. */
  readonly end: 'outside' | 'inside' | 'too_deep' | 'too_many';
}

/** An opening bracket followed by what JSON, or nearly JSON, goes on with: not `{name}` or `[1]` of prose. */
const opening = /\{\s*(?:["'“”„‟«»‘’‚‛}]|\/[/*]|[A-Za-z_]\w*\s*:|$)|\[\s*\{/g;

/** End of the bracketed text that begins at `start`, or why it has none. */
function closing(text: string, start: number): number | 'inside' | 'too_deep' {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (char === '{' || char === '[') {
      if (++depth > maxDepth) return 'too_deep';
    } else if (char === '}' || char === ']') {
      if (--depth === 0) return i + 1;
    }
  }
  return 'inside';
}

/** Finds every bracketed text that looks like JSON. Linear in the text. */
export function bracketsIn(text: string): Brackets {
  const texts: string[] = [];
  const around: string[] = [];
  let from = 0;
  let end: Brackets['end'] = 'outside';
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const close = texts.length === maxTexts ? 'too_many' : closing(text, match.index);
    if (typeof close === 'string') {
      end = close;
      break;
    }
    texts.push(text.slice(match.index, close));
    around.push(text.slice(from, match.index));
    from = close;
    opening.lastIndex = close;
  }
  around.push(text.slice(from));
  return { texts, rest: around.join(''), end };
}
