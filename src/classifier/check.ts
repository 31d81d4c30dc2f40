import { z } from 'zod';
import { unknownKey } from '../base/nearest.ts';
import type { Path } from './frontMatter.ts';
import { type Finding, type Place, PromptError } from './promptError.ts';

/** Checks pieces of one file's front matter; every fault ends in a PromptError with its place. */
export interface Check {
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path): T;
  fail(path: Path, message: string): never;
  /** Keeps a fault that does not hinder looking for more; it is thrown with the next that does. */
  note(path: Path, message: string, rule?: string): void;
  /** Faults kept so far. */
  readonly noted: readonly Finding[];
}

/** A mapping that knows all its keys: an unknown one is named together with the nearest known. */
export function mapping<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys as string[]).map((key) => unknownKey(key, what, known)).join('; ')
        : issue.code === 'invalid_type'
          ? `${what} must be a mapping of keys to values`
          : undefined,
  });
}

export function checkOf(file: string, placeOf: (path: Path) => Place): Check {
  const found: Finding[] = [];
  const note: Check['note'] = (path, message, rule = 'load') => {
    found.push({ file, rule, ...placeOf(path), message });
  };
  return {
    parse(schema, value, path) {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) {
        const at = [...path, ...issue.path];
        const unknown = issue.code === 'unrecognized_keys';
        const message = unknown || at.length === 0 ? issue.message : `${at.join('.')}: ${issue.message}`;
        note(unknown ? [...at, issue.keys[0]!] : at, message);
      }
      throw new PromptError(found);
    },
    fail(path, message) {
      note(path, message);
      throw new PromptError(found);
    },
    note,
    noted: found,
  };
}
