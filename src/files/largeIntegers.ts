import type { Json } from '../arrow/jsonRows.ts';

declare global {
  /** What Node has and TypeScript's types have not: ECMAScript's "JSON.parse source text access". */
  interface JSON {
    rawJSON(text: string): object;
    parse(text: string, reviver: SourceReviver): unknown;
  }
}
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** For `JSON.stringify`: the integer with all its digits. */
export function writtenWhole(integer: bigint): Json {
  return JSON.rawJSON(String(integer)) as unknown as Json;
}

/** The values of a JSON object; of them, integers beyond 2^53, which no number holds, as bigint. */
export function readWhole(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return value;
  const large = Object.entries(value).filter(([, member]) => isRounded(member));
  if (large.length === 0) return value;
  const exact = JSON.parse(text, (_key, member, { source }) =>
    isRounded(member) && /^-?\d+$/.test(source!) ? BigInt(source!) : member,
  ) as Readonly<Record<string, unknown>>;
  return { ...value, ...Object.fromEntries(large.map(([name]) => [name, exact[name]])) };
}

function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}
