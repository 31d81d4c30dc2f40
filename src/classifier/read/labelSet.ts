import { editDistance } from './distance.ts';

/** A label of the set and the spellings that mean it, its own name first. */
export interface Spelled {
  readonly label: string;
  readonly spellings: readonly string[];
}

/** One way to recognise a label: gives the label meant, or null where none or more than one could be. */
export type Recognise = (text: string) => string | null;

/** Longer texts are prose, not a label. */
const longestLabel = 100;

/** Letters and digits in lower case, everything else one blank. */
function folded(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}

/** Each word without its English ending: analyzing, analyzed, analyzes and analyze meet. */
function stemmed(text: string): string {
  return folded(text)
    .split(' ')
    .map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s|e)$/, '') : word.replace(/s$/, '')))
    .join(' ');
}

/** Looks a text up by a key that both sides share; a key that two labels share means neither. */
function byKey(
  entries: readonly (readonly [spelling: string, label: string])[],
  key: (text: string) => string,
): Recognise {
  const known = new Map<string, string | null>();
  for (const [spelling, label] of entries) {
    const at = key(spelling);
    const other = known.get(at);
    known.set(at, other === undefined || other === label ? label : null);
  }
  known.delete('');
  return (text) => (text.length > longestLabel ? null : (known.get(key(text)) ?? null));
}

/** Slips allowed in a word of this length: none in short ones, where one letter makes another word. */
function slips(length: number): number {
  if (length < 4) return 0;
  return length < 8 ? 1 : length < 16 ? 2 : 3;
}

/**
 * The one label within a few slips, where the next label is at least two slips further off. The first letter must be
 * right: a prefix such as un- or in- turns a label into its opposite.
 */
function nearMiss(set: readonly Spelled[]): Recognise {
  const known = set.map(({ label, spellings }) => ({ label, spellings: spellings.map(folded) }));
  return (text) => {
    if (text.length > longestLabel) return null;
    const wanted = folded(text);
    const [best, next] = known
      .map(({ label, spellings }) => {
        const far = spellings.map((spelling) => editDistance(wanted, spelling));
        const least = Math.min(...far);
        return { label, far: least, spelling: spellings[far.indexOf(least)]! };
      })
      .sort((a, b) => a.far - b.far);
    if (best === undefined || best.far > slips(wanted.length) || best.spelling[0] !== wanted[0]) return null;
    return next !== undefined && next.far < best.far + 2 ? null : best.label;
  };
}

/** Names of the repairs of a label, in the order tried. */
export const labelRepairs = ['wrong_case', 'punctuation', 'alias', 'inflection', 'near_miss'] as const;
export type LabelRepair = (typeof labelRepairs)[number];

/** The ways to recognise a label of the set, in the order tried, by the name of the repair. */
export function recognisers(set: readonly Spelled[]): Readonly<Record<LabelRepair, Recognise>> {
  const names = set.map(({ label }) => [label, label] as const);
  const all = set.flatMap(({ label, spellings }) => spellings.map((spelling) => [spelling, label] as const));
  return {
    wrong_case: byKey(names, (text) => text.trim().toLowerCase()),
    punctuation: byKey(names, folded),
    alias: byKey(all, folded),
    inflection: byKey(all, stemmed),
    near_miss: nearMiss(set),
  };
}
