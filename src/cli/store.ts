import { existsSync } from 'node:fs';
import { messageOf, SemtelError } from '../base/error.ts';
import { plural } from '../base/plural.ts';
import { keepFile, storeFile } from '../compose/openStore.ts';
import { type FileOptions, openSqliteFile, type SqliteFile } from '../store/sqliteFile.ts';
import { type Arguments, wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { promptSetup } from './setup.ts';
import { ageOf, bytesWords, statsWords } from './store/words.ts';

export const command: Command = {
  usage: 'semtel store stats|prune',
  about:
    'Tells how many answers are kept, or removes those that are too old and gives their room on the disk back;\nlikewise prompts and replies, where they were kept. Both may be done while servers and runs use the store.',
  example: 'semtel store prune --older-than 7d',
  options: {
    'older-than': {
      type: 'string',
      value: 'AGE',
      help: 'for prune: 7d, 12h, 30m or 10s (default ttl_s of the settings)',
    },
  },
  async run(args, terminal) {
    const [action, ...more] = args.positionals;
    if ((action !== 'stats' && action !== 'prune') || more.length > 0)
      throw wrong('say "semtel store stats" or "semtel store prune".');
    const older = olderThan(args, action);
    const { config } = promptSetup(args, terminal);
    const answers = storeFile(config);
    const records = keepFile(config);
    const recorded = existsSync(records.path);
    if (answers === undefined && !recorded) throw noFile(config.store);
    const words = [
      ...(answers === undefined ? [] : [wordsOf(action, 'answer', answers, older)]),
      ...(recorded ? [wordsOf(action, 'record', records, older)] : []),
    ];
    terminal.stdout.write(`${words.join(action === 'stats' ? '\n\n' : '\n')}\n`);
    return exitCodes.done;
  },
};

function wordsOf(
  action: 'stats' | 'prune',
  noun: 'answer' | 'record',
  options: FileOptions,
  olderMs: number | undefined,
): string {
  if (!existsSync(options.path)) return `Nothing is kept yet: there is no ${options.path}.`;
  return onFile(options, (file) =>
    action === 'stats'
      ? statsWords(file.stats(), { ...options, noun, nowMs: Date.now() })
      : pruned(file, noun, olderMs ?? options.ttlMs),
  );
}

function olderThan(args: Arguments, action: 'stats' | 'prune'): number | undefined {
  const text = args.text('older-than');
  if (text === undefined) return undefined;
  if (action === 'stats') throw wrong('--older-than is for "semtel store prune".');
  const ms = ageOf(text);
  if (ms === undefined)
    throw wrong(`--older-than must be an age such as 7d, 12h, 30m or 10s, not "${text}".`);
  return ms;
}

function noFile(store: Parameters<typeof storeFile>[0]['store']): SemtelError {
  return new SemtelError(
    'config',
    store === 'off'
      ? 'store is "off" in the settings: nothing is kept.'
      : "store.url is a Redis server, which has its own tools (redis-cli --scan --pattern 'semtel:*'); answers leave it after ttl_s.",
  );
}

function pruned(file: SqliteFile, noun: string, ageMs: number): string {
  const gone = file.prune(Date.now() - ageMs);
  const { entries, bytes } = file.stats();
  return `Removed ${plural(gone, noun)}; left: ${plural(entries, noun)} in ${bytesWords(bytes)}.`;
}

function onFile<T>(options: FileOptions, work: (file: SqliteFile) => T): T {
  let file: SqliteFile | undefined;
  try {
    file = openSqliteFile(options);
    return work(file);
  } catch (error) {
    const words = messageOf(error);
    const named = words.includes(options.path) ? words : `${options.path}: ${words}`;
    throw new SemtelError('input', `${named}.`, { cause: error });
  } finally {
    file?.close();
  }
}
