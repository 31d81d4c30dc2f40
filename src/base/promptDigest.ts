/** Enough to tell the prompts of a project apart, and short enough for every row. */
const chars = 12;

/** What answers carry of a classifier's digest as `prompt_digest` (output contract). */
export function promptDigestOf(digest: string): string {
  return digest.slice(0, chars);
}
