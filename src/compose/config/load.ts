import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf, SemtelError } from '../../base/error.ts';
import { environmentSettings } from './environment.ts';
import { dotted, lineOf, type Mistake, mistakesOf } from './mistakes.ts';
import { type Environment, type Path, resolveReferences } from './references.ts';
import { type Settings, type SettingsInput, schema } from './schema.ts';

export interface Config extends Settings {
  /** Where the settings come from, for words: a file's path, or `environment`. */
  readonly origin: string;
  /** Relative paths of the settings start here. */
  readonly folder: string;
  /** Top-level keys that somebody wrote; the others are defaults. */
  readonly written: ReadonlySet<string>;
}

export const defaultFile = 'semtel.yaml';

/**
 * The settings of `file`, of ./semtel.yaml, or of the environment, in this order.
 * Rejects with one `config` error that lists every mistake with its line.
 */
export function loadConfig(file: string | undefined, folder: string, env: Environment): Config {
  const path = resolve(folder, file ?? defaultFile);
  if (file === undefined && !existsSync(path)) {
    const settings = schema.parse(environmentSettings(env));
    return { ...settings, origin: 'environment', folder, written: new Set() };
  }
  return parseConfig(readText(path), file ?? defaultFile, dirname(path), env);
}

/** The settings in the text of a file called `name` (for words) that stands in `folder`. */
export function parseConfig(yaml: string, name: string, folder: string, env: Environment): Config {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  if (document.errors.length > 0) {
    const sentences = document.errors.map(({ linePos, message }) => {
      const { line, col } = linePos?.[0] ?? { line: 1, col: 1 };
      return `${name}:${line}:${col}: ${message.split(/ at line|\n/)[0]}.`;
    });
    throw new SemtelError('config', sentences.join('\n'));
  }
  return checked(document.toJS() ?? {}, { name, folder, env }, (path) => lineOf(document, lines, path));
}

/** Settings that a program gives, with the keys and references of the file; relative paths start in `folder`. */
export function objectConfig(settings: SettingsInput, folder: string, env: Environment): Config {
  return checked(settings, { name: 'settings', folder, env }, null);
}

interface Origin {
  readonly name: string;
  readonly folder: string;
  readonly env: Environment;
}

/** Resolves references and checks all; `line` tells where in a text a value stands. */
function checked(
  written: object,
  { name, folder, env }: Origin,
  line: ((path: Path) => number) | null,
): Config {
  const { value, unresolved } = resolveReferences(written, folder, env);
  const parsed = schema.safeParse(value);
  if (parsed.success && unresolved.length === 0) {
    return { ...parsed.data, origin: name, folder, written: new Set(Object.keys(written)) };
  }
  // A reference without a value is one mistake, not also a missing key.
  const missing = new Set(unresolved.map(({ path }) => dotted(path)));
  const mistakes: readonly Mistake[] = [
    ...unresolved,
    ...(parsed.success ? [] : mistakesOf(parsed.error).filter(({ path }) => !missing.has(dotted(path)))),
  ];
  const found = mistakes.map((mistake) => ({ line: line?.(mistake.path) ?? 0, words: sentence(mistake) }));
  found.sort((a, b) => a.line - b.line);
  const where = (at: number) => (at === 0 ? name : `${name}:${at}`);
  throw new SemtelError('config', found.map(({ line: at, words }) => `${where(at)}: ${words}`).join('\n'));
}

function sentence({ path, message, isKey }: Mistake): string {
  const subject = dotted(isKey === true ? path.slice(0, -1) : path);
  if (subject === '')
    return `${message[0]!.toUpperCase()}${message.slice(1)}${/[?.]$/.test(message) ? '' : '.'}`;
  const link = /^(must|is|needs|takes)\b/.test(message) ? ' ' : ': ';
  return `${subject}${link}${message}${/[?.]$/.test(message) ? '' : '.'}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? messageOf(error)})`;
    throw new SemtelError('config', `Configuration file ${path} ${why}; check --config.`);
  }
}
