import { classifierList } from '../compose/catalogue.ts';
import { keepFile } from '../compose/openStore.ts';
import type { FileOptions } from '../store/sqliteFile.ts';
import { wrong } from './arguments.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { promptSetup } from './setup.ts';
import { alike } from './why/alike.ts';
import { chosen, type Finished, readFinished } from './why/finished.ts';
import { type Label, labelsOf } from './why/labels.ts';
import { labelWords } from './why/words.ts';

/** Where standard error is no terminal. */
const defaultColumns = 100;

export const command: Command = {
  usage: 'semtel why OUT --id X [-c NAME,…]',
  about:
    'Shows how a label came about: the requests as sent, the replies as they came, repairs, endpoints, tokens, cost.\nNeeds a run with --keep (or "keep" in the settings), and its inputs. Exit code 3 where nothing was kept.',
  example: 'semtel why labels.jsonl --id c1 -c topic',
  options: {
    id: { type: 'string', value: 'X', help: 'which row, by its id column' },
    classifiers: {
      type: 'string',
      short: 'c',
      value: 'NAMES',
      help: 'which labels (default all of the run)',
    },
    json: { type: 'boolean', help: 'all of it as JSON, to the letter' },
  },
  async run(args, terminal) {
    const [output, ...more] = args.positionals;
    const id = args.text('id');
    if (output === undefined || more.length > 0) throw wrong('name one output of "semtel run".');
    if (id === undefined) throw wrong('say which row: --id X.');
    const { config } = promptSetup(args, terminal);
    const finished = await readFinished(output);
    const classifiers = chosen(finished, classifierList(args.text('classifiers') ?? ''));
    const file = keepFile(config);
    const labels = await labelsOf(id, output, finished, classifiers, file);
    const width = terminal.columns ?? defaultColumns;
    terminal.stdout.write(
      args.flag('json')
        ? `${JSON.stringify({ id, labels })}\n`
        : `${labels.map((label) => labelWords(id, label, width)).join('\n\n\n')}\n`,
    );
    for (const words of labels.flatMap((label) => doubts(label, finished))) terminal.say(`semtel: ${words}`);
    const missing = labels.filter((label) => label.record === null && wasAsked(label));
    if (missing.length === 0) return exitCodes.done;
    terminal.say(`semtel: ${notKept(missing, finished, file)}`);
    return exitCodes.notGoodEnough;
  },
};

/** Rows for which nothing was sent (no text, budget spent, ended before their turn) say themselves why they have no label. */
function wasAsked({ answer: { source } }: Label): boolean {
  return source !== 'none';
}

/** Only the latest asking of a question is kept, so what is shown may be of a later run. */
function doubts({ classifier, answer, record }: Label, { job_id }: Finished): readonly string[] {
  if (record === null) return [];
  const differs =
    record.status !== answer.status ||
    Object.entries(record.outputs ?? {}).some(([name, value]) => !alike(value, answer[name]));
  if (!differs && (answer.source !== 'llm' || record.job_id === job_id)) return [];
  return [
    `${classifier}: what is shown may not be what led to this output: the latest asking is kept, and it is of job ${record.job_id}.`,
  ];
}

function notKept(missing: readonly Label[], { server }: Finished, { path }: FileOptions): string {
  const names = missing.map(({ classifier }) => classifier).join(', ');
  return server === null
    ? `Nothing is kept of ${names} in ${path}: run again with --keep, and with --refresh where answers come from the store.`
    : `Nothing is kept of ${names} in ${path}: the server ${server} answered, and keeps prompts and replies where its settings have "keep"; run this command there.`;
}
