import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Log } from '../base/log.ts';
import { type Config, defaultFile, loadConfig } from '../compose/config/load.ts';
import { notYetEffective } from '../compose/config/notYet.ts';
import { defaultPrompts, defaultStore } from '../compose/config/schema.ts';
import { createLog } from '../observe/log.ts';
import { type Arguments, wrong } from './arguments.ts';
import type { Terminal } from './terminal.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Settings and log of a command, as its common options ask for them. */
export interface Setup {
  readonly config: Config;
  readonly log: Log;
}

/** Where prompts and kept answers are, for commands that need no more. */
export interface PromptSetup {
  readonly config: Pick<Config, 'prompts' | 'store' | 'keep' | 'folder' | 'written'>;
  readonly log: Log;
}

/** For commands that serve: the log as configured. */
export function serverSetup(args: Arguments, terminal: Terminal): Setup {
  const config = loadConfig(args.text('config'), terminal.folder, terminal.env);
  const log = createLog({ ...config.log, level: logLevel(args) ?? config.log.level });
  warn(config, log);
  return { config, log };
}

/** For commands that ask no model: settings are read where there are any, and no key is needed. */
export function promptSetup(args: Arguments, terminal: Terminal): PromptSetup {
  const file = args.text('config');
  if (file !== undefined || existsSync(resolve(terminal.folder, defaultFile)))
    return localSetup(args, terminal);
  const config = {
    prompts: defaultPrompts,
    store: defaultStore,
    keep: 'off' as const,
    folder: terminal.folder,
    written: new Set<string>(),
  };
  return { config, log: watchedLog(args, terminal) };
}

/** For commands that people watch: words instead of JSON, and only what matters. */
export function localSetup(args: Arguments, terminal: Terminal): Setup {
  const config = loadConfig(args.text('config'), terminal.folder, terminal.env);
  const log = watchedLog(args, terminal);
  warn(config, log);
  return { config, log };
}

/** A log whose lines do not run into a progress bar. */
function watchedLog(args: Arguments, terminal: Terminal): Log {
  const level = levels.indexOf(logLevel(args) ?? 'warn');
  const write =
    (name: (typeof levels)[number]) =>
    (message: string, fields: object = {}) => {
      if (levels.indexOf(name) < level) return;
      const rest = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      terminal.say([`${name}:`, message, ...rest].join(' '));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function logLevel(args: Arguments): (typeof levels)[number] | undefined {
  const asked = args.text('log-level');
  const level = levels.find((name) => name === asked);
  if (asked !== undefined && level === undefined) throw wrong(`--log-level must be ${levels.join(', ')}.`);
  return level;
}

function warn(config: Config, log: Log): void {
  for (const sentence of notYetEffective(config)) log.warn(sentence);
}
