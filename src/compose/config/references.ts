import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '../../base/error.ts';
import { Secret } from './secret.ts';

export type Path = readonly (string | number)[];
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that could not be had, and where it was asked for. */
export interface Unresolved {
  readonly path: Path;
  readonly message: string;
}

/** Values that are kept as something to read, never as text. */
const isSecret = (path: Path) =>
  path.at(-1) === 'api_key' || path.at(-1) === 'token' || path.at(-2) === 'headers';

/**
 * Replaces every `${env:NAME}`, `${env:NAME:default}` and `${file:path}` that is a whole value.
 * Files are relative to `folder`; the newline at a file's end is not part of its value.
 */
export function resolveReferences(
  value: unknown,
  folder: string,
  env: Environment,
): { readonly value: unknown; readonly unresolved: readonly Unresolved[] } {
  const unresolved: Unresolved[] = [];
  const visit = (item: unknown, path: Path): unknown => {
    if (Array.isArray(item)) return item.map((child, index) => visit(child, [...path, index]));
    if (typeof item === 'object' && item !== null) {
      return Object.fromEntries(
        Object.entries(item).map(([key, child]) => [key, visit(child, [...path, key])]),
      );
    }
    if (typeof item !== 'string' || !item.startsWith('${')) return item;
    try {
      const read = reader(item, folder, env);
      const now = read();
      return isSecret(path) ? new Secret(read) : now;
    } catch (error) {
      unresolved.push({ path, message: messageOf(error) });
      return undefined;
    }
  };
  return { value: visit(value, []), unresolved };
}

function reader(reference: string, folder: string, env: Environment): () => string {
  const parts = /^\$\{(env|file):([^}]*)\}$/.exec(reference);
  if (parts === null) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so it is written in the file.
    throw new Error('a reference must be the whole value: ${env:NAME}, ${env:NAME:default} or ${file:path}');
  }
  const [, kind, body] = parts as unknown as [string, 'env' | 'file', string];
  if (kind === 'file') return () => readTrimmed(resolve(folder, body));
  const colon = body.indexOf(':');
  const name = colon < 0 ? body : body.slice(0, colon);
  return () => {
    // An empty variable is one that somebody forgot to fill.
    const found = env[name] || (colon < 0 ? undefined : body.slice(colon + 1));
    if (found !== undefined) return found;
    throw new Error(`environment variable ${name} is not set; set it, or write \${env:${name}:default}`);
  };
}

function readTrimmed(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(
      `file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? messageOf(error)})`,
    );
  }
}
