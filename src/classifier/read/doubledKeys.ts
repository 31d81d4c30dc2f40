import { isDeepStrictEqual } from 'node:util';

/** Strings of valid JSON text; the group is there for keys. */
const strings = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/** Marks two different values under one key. */
class Conflict extends Error {}

interface Once {
  readonly value: unknown;
  readonly doubled: boolean;
}

/**
 * Reads valid JSON text with each key counted: JSON.parse would keep the last of two and say nothing.
 *
 * @returns the value, and whether a key stood twice with equal values; undefined where the values differ
 */
export function withoutDoubledKeys(text: string): Once | undefined {
  let count = 0;
  let doubled = false;
  const numbered = text.replace(strings, (all, colon: string | undefined) =>
    colon === undefined ? all : `"${count++}:${all.slice(1)}`,
  );
  const merge = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(merge);
    if (typeof value !== 'object' || value === null) return value;
    const members = new Map<string, unknown>();
    for (const [key, member] of Object.entries(value)) {
      const name = key.slice(key.indexOf(':') + 1);
      const merged = merge(member);
      if (members.has(name)) {
        if (!isDeepStrictEqual(members.get(name), merged)) throw new Conflict();
        doubled = true;
      }
      members.set(name, merged);
    }
    return Object.fromEntries(members);
  };
  try {
    const value = merge(JSON.parse(numbered));
    return { value, doubled };
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

/** Whether a key stands twice in valid JSON text of this value, with equal values or not. */
export function hasDoubledKeys(text: string, value: unknown): boolean {
  // Text that is the value's own has each key once: the quick way, and that of almost every reply.
  return text !== JSON.stringify(value) && withoutDoubledKeys(text)?.doubled !== false;
}
