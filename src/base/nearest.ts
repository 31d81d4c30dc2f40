/** Edit distance (Levenshtein), for naming the option that was probably meant. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Nobody slips in a longer name; the distance takes time by its length, and a name may come from anybody. */
const maxChars = 64;

/** The known name closest to `name`; undefined when there is none to name. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const start = (text: string) => text.slice(0, maxChars).toLowerCase();
  const wanted = start(name);
  return known
    .map((candidate) => ({ candidate, far: distance(wanted, start(candidate)) }))
    .sort((a, b) => a.far - b.far)[0]?.candidate;
}

/** One sentence for an unknown key: names it, where it stands, and the nearest known one. */
export function unknownKey(key: string, where: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  return `${where}: unknown key "${key}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`;
}
