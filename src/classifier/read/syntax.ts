import { withoutDoubledKeys } from './doubledKeys.ts';
import type { TextRepair } from './wrapping.ts';

/** A double-quoted string; one that does not end goes to the end of the text, so that nothing is scanned twice. */
const quoted = String.raw`"(?:[^"\\]|\\.?)*(?:"|$)`;
const quotedPieces = new RegExp(`(${quoted})`, 's');
const quotedOrComment = new RegExp(String.raw`(${quoted})|//[^\n]*|/\*.*?(?:\*/|$)`, 'gs');
const quotedOrSingle = new RegExp(String.raw`(${quoted})|'((?:[^'\\]|\\.?)*)('|$)`, 'gs');

/** Applies `change` to all that is not inside a double-quoted string. */
function outsideStrings(text: string, change: (code: string) => string): string {
  return text
    .split(quotedPieces)
    .map((piece, index) => (index % 2 === 0 ? change(piece) : piece))
    .join('');
}

/** Words of other languages; what is no number becomes null, which no output takes. */
const literals: Readonly<Record<string, string>> = { True: 'true', False: 'false' };

/** Repairs of text that is nearly JSON, in the order tried. Each is harmless to JSON that is right, and linear. */
export const syntaxRepairs: readonly TextRepair[] = [
  {
    name: 'comments',
    repair: (text) => text.replace(quotedOrComment, (_, string: string | undefined) => string ?? ''),
  },
  {
    name: 'trailing_comma',
    repair: (text) => outsideStrings(text, (code) => code.replace(/,(\s*[}\]])/g, '$1')),
  },
  {
    name: 'smart_quotes',
    repair: (text) => outsideStrings(text, (code) => code.replace(/[“”„‟«»]/g, '"').replace(/[‘’‚‛]/g, "'")),
  },
  {
    name: 'single_quotes',
    repair: (text) =>
      text.replace(quotedOrSingle, (all, _, inner: string | undefined, end: string | undefined) =>
        inner === undefined || end !== "'"
          ? all
          : `"${inner.replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"')}"`,
      ),
  },
  {
    name: 'bare_keys',
    repair: (text) =>
      outsideStrings(text, (code) => code.replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3')),
  },
  {
    name: 'literals',
    repair: (text) =>
      outsideStrings(text, (code) =>
        code.replace(/\b(?:True|False|None|undefined|NaN|Infinity)\b/g, (word) => literals[word] ?? 'null'),
      ),
  },
];

/** A value read from text, and what had to be repaired for it. */
export interface Parsed {
  readonly value: unknown;
  readonly repairs: readonly string[];
}

/** Parses one JSON text, repairing as little as is needed; null where it cannot be read, or not without guessing. */
export function parseRepaired(source: string): Parsed | null {
  const repairs: string[] = [];
  let text = source;
  for (const { name, repair } of [{ name: '', repair: (same: string) => same }, ...syntaxRepairs]) {
    const next = repair(text);
    if (next === text && name !== '') continue;
    if (name !== '') repairs.push(name);
    text = next;
    try {
      const value: unknown = JSON.parse(text);
      const once = withoutDoubledKeys(text);
      if (once === undefined) return null;
      return once.doubled ? { value: once.value, repairs: [...repairs, 'doubled_key'] } : { value, repairs };
    } catch {
      // The next repair has its turn.
    }
  }
  return null;
}
