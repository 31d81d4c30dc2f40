/** Words that say nothing about a subject. */
const empty = new Set(
  (
    'about after all also and any are because been before but can could did does for from get had has have her him his how ' +
    'into its just like may more most not off one only onto other our out over own per she should some such than that the ' +
    'their them then there these they this those through too under until use used user very was were what when where which ' +
    'while who whom whose why will with would yes yet you your'
  ).split(' '),
);

/** English endings that do not change the subject: "loops" is "loop", "testing" is "test". */
const ending = /(?<=\p{L}{3})(?:ings?|ed|es|s|e|y)$/u;

/** The distinct words of a text, lower-cased and without endings: three letters or more, without those that say nothing. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []) {
    if (!empty.has(word)) words.add(word.replace(ending, ''));
  }
  return words;
}

export function countShared(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of some) if (others.has(word)) shared++;
  return shared;
}
