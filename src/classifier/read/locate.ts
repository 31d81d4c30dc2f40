import { wrappings } from './wrapping.ts';

/** Deeper than any classifier's outputs. */
const maxDepth = 32;

/** Where JSON was found in a reply. */
export interface Located {
  /** Texts that begin and end like JSON, in order. */
  readonly texts: readonly string[];
  /** What had to be taken off around them. */
  readonly repairs: readonly string[];
  /** True where the reply ends inside JSON or inside a thought. */
  readonly cut: boolean;
}

/** End of the bracketed text that begins at `start`; -1 where it does not end, -2 where it is nested too deep. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (char === '{' || char === '[') {
      if (++depth > maxDepth) return -2;
    } else if (char === '}' || char === ']') {
      if (--depth === 0) return i + 1;
    }
  }
  return -1;
}

/** An opening bracket followed by what JSON, or nearly JSON, goes on with: not `{name}` or `[1]` of prose. */
const opening = /\{\s*(?:["'“‘}]|\/[/*]|[A-Za-z_]\w*\s*:)|\[\s*\{/g;

/** Finds the JSON in a reply: wrappings off, then every bracketed text that looks like it. Linear in the reply. */
export function locate(reply: string): Located {
  const repairs: string[] = [];
  let text = reply;
  for (const { name, repair } of wrappings) {
    const next = repair(text);
    if (next !== text) repairs.push(name);
    text = next;
  }
  const texts: string[] = [];
  let rest = '';
  let from = 0;
  let cut = false;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const end = closing(text, match.index);
    if (end === -1) cut = true;
    if (end < 0) break;
    texts.push(text.slice(match.index, end));
    rest += text.slice(from, match.index);
    from = end;
    opening.lastIndex = end;
  }
  rest += text.slice(from);
  if (texts.length > 1 || (texts.length > 0 && rest.trim() !== '')) repairs.push('prose');
  return { texts, repairs, cut: cut || /<(?:think|thinking|reasoning)>/i.test(rest) };
}
