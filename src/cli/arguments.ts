import { parseArgs } from 'node:util';
import { messageOf, SemtelError } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import { commonOptions, type Options } from './options.ts';

/** Checked arguments of a command. Numbers are checked when they are asked for. */
export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** A number within bounds; undefined where it was not given. */
  number(name: string, bounds: Bounds): number | undefined;
}

export interface Bounds {
  readonly min: number;
  /** Absent: none. */
  readonly max?: number;
  readonly whole: boolean;
}

/** Parses what follows the command's name. Rejects with one `input` sentence that names the nearest known option. */
export function parseArguments(argv: readonly string[], own: Options): Arguments {
  const options = { ...own, ...commonOptions };
  const loose = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of loose.tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue;
    const guess = nearest(token.name, Object.keys(options));
    throw wrong(`unknown option ${token.rawName}; did you mean --${guess}?`);
  }
  const { values, positionals } = strictly(argv, options);
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals,
    text,
    flag: (name) => values[name] === true,
    number(name, { min, max, whole }) {
      const given = text(name);
      if (given === undefined) return undefined;
      const value = Number(given);
      if (
        given.trim() !== '' &&
        value >= min &&
        value <= (max ?? Number.POSITIVE_INFINITY) &&
        (whole ? Number.isSafeInteger(value) : Number.isFinite(value))
      ) {
        return value;
      }
      const range = `from ${min} ${max === undefined ? 'on' : `to ${max}`}`;
      throw wrong(`--${name} must be a ${whole ? 'whole ' : ''}number ${range}, not "${given}".`);
    },
  };
}

function strictly(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    const [sentence] = messageOf(error).split('\n');
    const [, option] = /^Option '(?:-\w, )?(--[\w-]+).*argument is ambiguous/.exec(sentence!) ?? [];
    if (option !== undefined)
      throw wrong(`${option} needs a value; one that begins with "-" is written ${option}=-x.`);
    throw wrong(`${sentence![0]!.toLowerCase()}${sentence!.slice(1)}${sentence!.endsWith('.') ? '' : '.'}`);
  }
}

/** A mistake in the command line. */
export function wrong(sentence: string): SemtelError {
  return new SemtelError('input', sentence);
}
