import { editDistance } from './distance.ts';

/** A label of the set and the spellings that mean it, its own name first. */
export interface Spelled {
  readonly label: string;
  readonly spellings: readonly string[];
}

/** Names of the repairs of a label, in the order tried. */
export const labelRepairs = ['wrong_case', 'punctuation', 'alias', 'inflection', 'near_miss'] as const;
type LabelRepair = (typeof labelRepairs)[number];

/** The label that a text means by this repair; null where an earlier repair knows it, or more than one label fits. */
export type Recognise = (text: string, repair: LabelRepair) => string | null;

/** The labels that a text may mean: none, the one, or several. */
type Candidates = (text: string) => readonly string[];

/** Longer texts are prose, not a label. */
const longestLabel = 100;

/** Signs that make another label, not decoration: `C++`, `C#`, `A-`, `-1`, `> 18`, `5 %`. */
const signs = [
  String.raw`(?<=[\p{L}\p{N}+])[+#]`,
  String.raw`(?<=^\p{L}-*)-(?=-*$)`,
  String.raw`(?<![\p{L}\p{N}-])-(?=\p{N})`,
  String.raw`[<>≤≥]\s*(?=\p{N})`,
  String.raw`(?<=\p{N})\s?%`,
];
const signOrOther = new RegExp(String.raw`(${signs.join('|')})|[^\p{L}\p{N}\p{M}]`, 'gu');
const mayBeSign = /[+#<>≤≥%-]/;

/** Letters, digits and signs that count, in lower case; everything else one blank. */
function folded(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replace(/[−–]/g, '-').trim();
  // Looking for signs takes several times as long as all else, and few texts have any.
  const kept = mayBeSign.test(plain)
    ? plain.replace(signOrOther, (_, sign: string | undefined) => sign?.trim() ?? ' ').replace(/ +/g, ' ')
    : plain.replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ');
  return kept.trim();
}

/** English endings. What is left must be long enough to be the word: care and caring are no car, yes is no ye. */
const ending = /(?<=.{4})(?:ing|ed|es|e)$|(?<=.{3})s$/;

/** Each word without its ending: analyzing, analyzed, analyzes and analyze meet, and so do study and studies. */
function stemmed(text: string): string {
  return folded(text)
    .split(' ')
    .map((word) => word.replace(ending, '').replace(/y$/, 'i'))
    .join(' ');
}

/** The labels with a spelling of the same key as the text. */
function sameKey(set: readonly Spelled[], key: (text: string) => string): Candidates {
  const known = new Map<string, Set<string>>();
  for (const { label, spellings } of set)
    for (const spelling of spellings) {
      const at = key(spelling);
      known.set(at, (known.get(at) ?? new Set()).add(label));
    }
  known.delete('');
  return (text) => [...(known.get(key(text)) ?? [])];
}

/** Slips allowed in a word of this length: none in short ones, where one letter makes another word. */
function slips(length: number): number {
  if (length < 5) return 0;
  return length < 8 ? 1 : length < 16 ? 2 : 3;
}

/** The digits and signs of a text: another one makes another level, which is never a slip. */
function figures(text: string): string {
  return text.replace(/[\p{L}\p{M} ]+/gu, ' ').trim();
}

/**
 * The nearest label within a few slips, and all labels that are less than two slips further off. The first letter must
 * be right: a prefix such as un- or in- turns a label into its opposite.
 */
function nearMiss(set: readonly Spelled[]): Candidates {
  const known = set.flatMap(({ label, spellings }) =>
    spellings.map((spelling) => ({ label, spelling: folded(spelling), figures: figures(folded(spelling)) })),
  );
  return (text) => {
    const wanted = folded(text);
    const allowed = slips(wanted.length);
    const level = figures(wanted);
    const near = known
      .filter((each) => each.figures === level)
      .filter(({ spelling }) => Math.abs(spelling.length - wanted.length) < allowed + 2)
      .map((each) => ({ ...each, far: editDistance(wanted, each.spelling) }))
      .sort((a, b) => a.far - b.far);
    const [best] = near;
    if (best === undefined || best.far > allowed || best.spelling[0] !== wanted[0]) return [];
    return [...new Set(near.filter(({ far }) => far < best.far + 2).map(({ label }) => label))];
  };
}

/**
 * Makes the way to recognise a label of the set that is not spelled as there. Each repair finds the labels that fit; the
 * first to find any decides, and only where it finds one.
 */
export function recogniser(set: readonly Spelled[]): Recognise {
  const names = set.map(({ label }) => ({ label, spellings: [label] }));
  const candidates: Readonly<Record<LabelRepair, Candidates>> = {
    wrong_case: sameKey(names, (text) => text.trim().toLowerCase()),
    punctuation: sameKey(names, folded),
    alias: sameKey(set, folded),
    inflection: sameKey(set, stemmed),
    near_miss: nearMiss(set),
  };
  return (text, repair) => {
    if (text.length > longestLabel) return null;
    for (const each of labelRepairs) {
      const found = candidates[each](text);
      if (each === repair) return found.length === 1 ? found[0]! : null;
      if (found.length > 0) return null;
    }
    return null;
  };
}
