import { classifierList, isPromptFile } from '../../compose/catalogue.ts';
import { outputKind } from '../../files/format.ts';
import type { SelectionOptions } from '../../files/read/selection.ts';
import { type Arguments, wrong } from '../arguments.ts';
import type { Options } from '../options.ts';
import type { Asked } from './labeller.ts';

/** Options that say what is read and asked; `estimate` shares them. */
export const inputOptions: Options = {
  classifiers: {
    type: 'string',
    short: 'c',
    value: 'NAMES',
    help: 'NAME or FILE.prompty, several with commas',
  },
  conversation: {
    type: 'string',
    value: 'COL',
    help: 'column to judge (default conversation, else messages)',
  },
  id: {
    type: 'string',
    value: 'COL',
    help: 'column that comes back with the answers (default id, if there)',
  },
  model: { type: 'string', value: 'NAME', help: 'logical model (default: what each classifier names)' },
  limit: { type: 'string', value: 'N', help: 'only the first N rows' },
  sample: { type: 'string', value: 'N', help: 'N rows by chance' },
  seed: { type: 'string', value: 'N', help: 'another chance (default 0)' },
};

export const runOptions: Options = {
  ...inputOptions,
  output: {
    type: 'string',
    short: 'o',
    value: 'OUT',
    help: '.parquet, .arrow, .jsonl or .csv; "-" is jsonl on standard output',
  },
  server: {
    type: 'string',
    value: 'HOST:PORT',
    help: 'ask a server instead of this process ($SEMTEL_TOKEN)',
  },
  'max-cost': { type: 'string', value: 'N', help: 'stop asking beyond this cost' },
  'max-tokens': { type: 'string', value: 'N', help: 'stop asking beyond so many tokens' },
  'allow-failed': { type: 'string', value: 'PART', help: 'part of answers that may fail (default 0.0)' },
  combine: { type: 'boolean', help: 'several classifiers of a row in one request where they allow it' },
  refresh: { type: 'boolean', help: 'ask again although an answer is stored' },
  'no-store': { type: 'boolean', help: 'neither look up nor keep answers' },
  keep: { type: 'boolean', help: 'keep prompts and replies, in plain text, for "semtel why"' },
  json: { type: 'boolean', help: 'print the summary as JSON on standard output' },
  yes: { type: 'boolean', help: 'no preview, no question' },
};

/** What is to be read, of which files. */
export interface InputRequest {
  readonly inputs: readonly string[];
  /** Names and prompt files, as written. */
  readonly classifiers: string;
  readonly conversation: string;
  readonly id: string | undefined;
  readonly model: string;
  readonly selection: SelectionOptions;
}

export interface RunRequest extends InputRequest {
  /** A path, or `-`. */
  readonly output: string;
  readonly server: string | undefined;
  readonly asked: Pick<Asked, 'model' | 'refresh' | 'combine' | 'maxCost' | 'maxTokens'>;
  readonly allowFailed: number;
  readonly keepAnswers: boolean;
  /** Prompts and replies. */
  readonly keepCalls: boolean;
  readonly json: boolean;
  readonly yes: boolean;
}

/** The arguments of `inputOptions`, checked. */
export function inputRequest(args: Arguments): InputRequest {
  if (args.positionals.length === 0)
    throw wrong('name at least one input file or folder, such as chats.parquet.');
  const classifiers = args.text('classifiers') ?? '';
  if (classifierList(classifiers).length === 0) throw wrong('name at least one classifier: -c topic.');
  const whole = { min: 0, whole: true };
  return {
    inputs: args.positionals,
    classifiers,
    conversation: args.text('conversation') ?? '',
    id: args.text('id'),
    model: args.text('model') ?? '',
    selection: {
      limit: args.number('limit', whole),
      sample: args.number('sample', whole),
      seed: args.number('seed', whole) ?? 0,
    },
  };
}

/** The arguments of `runOptions`, checked on their own and against each other. */
export function runRequest(args: Arguments): RunRequest {
  const input = inputRequest(args);
  const output = args.text('output');
  if (output === undefined)
    throw wrong('name the output: -o OUT.parquet, .arrow, .jsonl or .csv, or -o - for standard output.');
  outputKind(output);
  if (output === '-' && args.flag('json'))
    throw wrong('--json and -o - would both write to standard output.');
  const server = args.text('server');
  if (server !== undefined && args.flag('no-store')) {
    throw wrong("the store is the server's: with --server use --refresh instead of --no-store.");
  }
  if (server !== undefined && args.flag('keep')) {
    throw wrong("prompts and replies are the server's: put keep into its settings.");
  }
  if (server !== undefined && classifierList(input.classifiers).some(isPromptFile)) {
    throw wrong('a server knows classifiers by name: put the prompt file into one of its prompts folders.');
  }
  const allowFailed = args.number('allow-failed', { min: 0, max: 1, whole: false }) ?? 0;
  return {
    ...input,
    output,
    server,
    asked: {
      model: input.model,
      refresh: args.flag('refresh'),
      combine: args.flag('combine'),
      maxCost: args.number('max-cost', { min: 0, whole: false }) ?? 0,
      maxTokens: args.number('max-tokens', { min: 0, whole: true }) ?? 0,
    },
    allowFailed,
    keepAnswers: !args.flag('no-store'),
    keepCalls: args.flag('keep'),
    json: args.flag('json'),
    yes: args.flag('yes'),
  };
}
