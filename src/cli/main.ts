#!/usr/bin/env node
import { nearest } from '../base/nearest.ts';
import { version } from '../compose/version.ts';
import { parseArguments, wrong } from './arguments.ts';
import { type Command, helpOf } from './command.ts';
import { keepCompiled } from './compileCache.ts';
import { exitCodes } from './exitCodes.ts';
import { laterCommands } from './later.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import { ending } from './words.ts';

/** Loaded when named: help and mistakes in the command line cost no start of gRPC, Arrow and the rest. */
const commands: Readonly<Record<string, { summary: string; load(): Promise<{ command: Command }> }>> = {
  run: { summary: 'label the conversations of local files', load: () => import('./run.ts') },
  serve: { summary: 'answer gRPC and Arrow Flight clients', load: () => import('./serve.ts') },
  check: {
    summary: 'try the configuration and its endpoints, or lint prompt files',
    load: () => import('./check.ts'),
  },
  classifiers: { summary: 'list the classifiers, or show one', load: () => import('./classifiers.ts') },
  estimate: { summary: 'tokens and cost of a run, without any call', load: () => import('./estimate.ts') },
  why: { summary: 'the prompts and replies behind one label', load: () => import('./why.ts') },
  store: { summary: 'how many answers are kept; remove old ones', load: () => import('./store.ts') },
  simulate: { summary: 'a scriptable model endpoint for trials', load: () => import('./simulate.ts') },
};

function help(): string {
  return [
    'usage: semtel COMMAND ARGS',
    '',
    'Labels conversations with language models: from local files, or as a server for Spark and Arrow Flight clients.',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`),
    '',
    `In later versions: ${Object.keys(laterCommands).join(', ')}.`,
    '"semtel COMMAND --help" tells the options of a command and gives an example.',
  ].join('\n');
}

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name.startsWith('-')) {
    const args = parseArguments(argv, {});
    terminal.stdout.write(`${args.flag('version') ? version : help()}\n`);
    return args.flag('version') || args.flag('help') ? exitCodes.done : exitCodes.usage;
  }
  const later = laterCommands[name];
  if (later !== undefined) throw wrong(`"${name}" (${later}) is not in this version.`);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const guess = nearest(name, Object.keys(commands));
    throw wrong(`unknown command "${name}"; did you mean "${guess}"? "semtel --help" lists all.`);
  }
  const { command } = await entry.load();
  const args = parseArguments(rest, command.options);
  if (args.flag('help') || args.flag('version')) {
    terminal.stdout.write(`${args.flag('help') ? helpOf(command) : version}\n`);
    return exitCodes.done;
  }
  return command.run(args, terminal);
}

keepCompiled();
const terminal = processTerminal();
try {
  process.exitCode = await main(process.argv.slice(2), terminal);
} catch (error) {
  const { code, words } = ending(error);
  terminal.say(words);
  process.exitCode = code;
}
