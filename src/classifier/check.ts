import { z } from 'zod';
import { unknownKey } from '../base/nearest.ts';
import type { Path } from './frontMatter.ts';
import { type Place, PromptError } from './promptError.ts';

/** Checks pieces of one file's front matter; every fault is a PromptError with its place. */
export interface Check {
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path): T;
  fail(path: Path, message: string, rule?: string): never;
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
  return {
    parse(schema, value, path) {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      throw new PromptError(
        parsed.error.issues.map((issue) => {
          const at = [...path, ...issue.path];
          const unknown = issue.code === 'unrecognized_keys';
          return {
            file,
            rule: 'load',
            ...placeOf(unknown ? [...at, issue.keys[0]!] : at),
            message: unknown || at.length === 0 ? issue.message : `${at.join('.')}: ${issue.message}`,
          };
        }),
      );
    },
    fail(path, message, rule = 'load') {
      throw new PromptError([{ file, rule, ...placeOf(path), message }]);
    },
  };
}
