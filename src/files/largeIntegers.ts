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

/** The values of a JSON object; of them, integers that no number holds as bigint, which takes a slow second look. */
export function readWhole(text: string): Readonly<Record<string, unknown>> {
  const values = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const rounded = Object.keys(values).filter((name) => isRounded(values[name]));
  if (rounded.length === 0) return values;
  const exact = JSON.parse(text, (_key, member, { source }) =>
    isRounded(member) && /^-?\d+$/.test(source!) ? BigInt(source!) : member,
  ) as typeof values;
  return { ...values, ...Object.fromEntries(rounded.map((name) => [name, exact[name]])) };
}

/** True for an integer beyond 2^53, of which digits may be lost. */
export function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}
