import { createHash } from 'node:crypto';

/** JSON with the keys of every mapping in code unit order; undefined members are left out, as in JSON.stringify. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Everything in a prompt file that can change an answer, references resolved and defaults filled in. */
export interface DigestParts {
  readonly body: string;
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly 'model.options': unknown;
  readonly template: unknown;
  /** Without `pack` and `combine`. */
  readonly 'metadata.semtel': unknown;
}

/** SHA-256 of the sorted-key JSON, as 64 hex digits. */
export function digestOf(parts: DigestParts): string {
  return createHash('sha256').update(sortedJson(parts)).digest('hex');
}
