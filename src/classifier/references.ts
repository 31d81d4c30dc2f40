import { readFileSync, realpathSync } from 'node:fs';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { messageOf } from '../base/error.ts';
import type { Path } from './frontMatter.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Deeper front matter is a YAML alias that contains itself, or a mistake. */
const maxDepth = 32;

const reference = /^\$\{(\w+):([^}]*)\}$/;

function fromEnvironment(text: string, env: Environment): string {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value !== undefined) return value;
  if (colon >= 0) return text.slice(colon + 1);
  throw new Error(
    `the environment variable ${name} is not set; set it, or give a default: \${env:${name}:default}`,
  );
}

function fromFile(path: string, dir: string): unknown {
  if (isAbsolute(path)) throw new Error(`\${file:${path}} must be relative to the prompt's folder`);
  let real: string;
  try {
    real = realpathSync(resolve(dir, path));
  } catch {
    throw new Error(`\${file:${path}}: there is no such file in the prompt's folder`);
  }
  const inside = relative(realpathSync(dir), real);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new Error(`\${file:${path}} leaves the prompt's folder; only files inside it are read`);
  }
  try {
    return parsed(readFileSync(real, 'utf8'), extname(real).toLowerCase());
  } catch (error) {
    throw new Error(`\${file:${path}} cannot be read: ${messageOf(error)}`);
  }
}

function parsed(source: string, type: string): unknown {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (type === '.json') return JSON.parse(text);
  return type === '.yaml' || type === '.yml' ? parseYaml(text) : text;
}

/**
 * Replaces `${env:NAME}`, `${env:NAME:default}` and `${file:relative/path}` where they are the whole of a string
 * (Prompty 2, section 2.11). Files stay inside `dir`, links followed; .json and .yaml are parsed, others are text. What
 * looks like a reference inside a file that was read is text, so references cannot form a circle.
 *
 * @param fail told the path of the value and what is wrong with it
 */
export function resolveReferences(
  data: unknown,
  dir: string,
  env: Environment,
  fail: (path: Path, message: string) => never,
): unknown {
  const resolveOne = (text: string, path: Path): unknown => {
    const [, scheme, target] = reference.exec(text) ?? [];
    if (scheme === undefined || target === undefined) return text;
    const protocol = scheme.toLowerCase();
    try {
      if (protocol === 'env') return fromEnvironment(target, env);
      if (protocol === 'file') return fromFile(target, dir);
    } catch (error) {
      return fail(path, messageOf(error));
    }
    return fail(path, `\${${scheme}:…} is not a reference; known are \${env:NAME} and \${file:path}`);
  };
  const visit = (value: unknown, path: Path): unknown => {
    if (path.length > maxDepth)
      return fail(path.slice(0, 4), `values are nested deeper than ${maxDepth} levels`);
    if (typeof value === 'string') return resolveOne(value, path);
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
  };
  return visit(data, []);
}
