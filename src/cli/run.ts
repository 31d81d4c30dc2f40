import { randomUUID } from 'node:crypto';
import { jsonRows } from '../arrow/jsonRows.ts';
import { systemClock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { openScope, type Scope } from '../base/scope.ts';
import { batchBounds } from '../compose/batchBounds.ts';
import { type InputBatch, readBatches } from '../files/read/batches.ts';
import type { Input } from '../files/read/columns.ts';
import { countRows } from '../files/read/countRows.ts';
import { openInputs } from '../files/read/input.ts';
import { dataFiles } from '../files/read/paths.ts';
import { type Selection, selectRows } from '../files/read/selection.ts';
import { type Output, openOutput } from '../files/write/output.ts';
import { checkNames } from '../service/options.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { forecastOf } from './run/forecast.ts';
import { labelAll, labelBatch } from './run/labelAll.ts';
import type { Labeller } from './run/labeller.ts';
import { openLabeller } from './run/openLabeller.ts';
import { checkOutput } from './run/overwriting.ts';
import { confirmed, previewRows } from './run/preview.ts';
import { type ProgressMeter, progressMeter } from './run/progressMeter.ts';
import { type RunRequest, runOptions, runRequest } from './run/request.ts';
import { summaryOf, summaryWords, writeSummary } from './run/summary.ts';
import { verdict } from './run/verdict.ts';
import type { Terminal } from './terminal.ts';

export const command: Command = {
  usage: 'semtel run IN… -c NAME|FILE.prompty[,…] -o OUT',
  about:
    'Labels the conversations of Parquet, Arrow, JSON lines and CSV files (text also in gzip or zstd) or of folders of\nthem. The output has the id column, where there is one, and one struct of answers for each classifier; row n answers\nrow n. At a terminal it shows 20 labels first and asks.',
  example: 'semtel run chats.jsonl -c topic,expertise -o labels.jsonl --limit 100',
  options: runOptions,
  async run(args, terminal) {
    const request = runRequest(args);
    const files = await dataFiles(request.inputs);
    checkOutput(request.output, request.inputs, files);
    const inputs = await openInputs(files, request);
    // Reads all of it, so that a bad line is told before anything is sent.
    const total = await countRows(inputs);
    const select = () => selectRows(total, request.selection);
    const { rows } = select();
    const scope = openScope(systemClock);
    const stopListening = terminal.onInterrupt((times) => {
      if (times > 1) process.exit(exitCodes.interrupted);
      scope.end(new SemtelError('cancelled', 'Interrupted; nothing more is asked.'));
    });
    const asked = { ...request.asked, jobId: `run:${randomUUID()}` };
    const labeller = await openLabeller(request, asked, args, terminal, scope);
    try {
      const names = labeller.classifiers.map(({ name }) => name);
      checkNames(names, inputs[0]!.id === '' ? [] : [inputs[0]!.id]);
      const meter = progressMeter(rows, systemClock, terminal, () => labeller.trouble);
      const startMs = systemClock.now();
      const goOn = await label({ request, inputs, select, rows, labeller, meter, scope, terminal });
      const { words, code } = goOn
        ? verdict(meter.ledger, {
            rows,
            classifiers: labeller.classifiers.length,
            allowFailed: request.allowFailed,
          })
        : { words: 'Stopped after the preview.', code: exitCodes.interrupted };
      const { classifiers, currency } = labeller;
      const { ledger } = meter;
      const seconds = (systemClock.now() - startMs) / 1000;
      const summary = summaryOf({ request, asked, classifiers, ledger, currency, seconds, code });
      if (goOn && request.output !== '-') await writeSummary(summary);
      if (request.json) terminal.stdout.write(`${JSON.stringify(summary)}\n`);
      if (goOn) terminal.say(summaryWords(summary));
      if (words !== null) terminal.say(`semtel: ${words}`);
      return code;
    } finally {
      stopListening();
      await labeller.close();
    }
  },
};

interface Run {
  readonly request: RunRequest;
  readonly inputs: readonly Input[];
  readonly select: () => Selection;
  /** Selected ones. */
  readonly rows: number;
  readonly labeller: Labeller;
  readonly meter: ProgressMeter;
  readonly scope: Scope;
  readonly terminal: Terminal;
}

/** Labels everything into the output; false where somebody said no to the preview. */
async function label(run: Run): Promise<boolean> {
  const { request, inputs, select, rows, labeller, meter, scope, terminal } = run;
  const previews = terminal.interactive && !request.yes && rows > previewRows;
  const bounds = previews ? { ...batchBounds, firstRows: previewRows } : batchBounds;
  const read = () => readBatches(inputs, select(), bounds);
  const batches = read();
  const output = await openOutput(request.output, terminal.stdout);
  let whole = false;
  try {
    if (previews && !(await preview(batches, read, output, run))) return false;
    meter.start();
    await labelAll(batches, labeller, output, meter, scope);
    await output.finish();
    whole = true;
    return true;
  } finally {
    meter.stop();
    // Closes the input where it was not read to its end.
    await batches.return(undefined);
    if (!whole) await abandon(output, request, terminal);
  }
}

/** Labels the first batch, shows it, and asks; its answers are part of the output. */
async function preview(
  batches: AsyncGenerator<InputBatch>,
  read: () => AsyncGenerator<InputBatch>,
  output: Output,
  run: Run,
): Promise<boolean> {
  const { request, rows, labeller, meter, scope, terminal } = run;
  const all = rows.toLocaleString('en');
  terminal.say(`Counting the tokens of ${all} rows …`);
  const forecast = await forecastOf(read, rows, request.asked.combine, labeller, scope);
  const { value: first } = (await batches.next()) as { value: InputBatch };
  // Taken now: the bytes go to a worker thread.
  const inputRows = jsonRows(first.ipc);
  terminal.say(`Asking the first ${first.rows} of ${all} rows …`);
  const answers = await labelBatch(labeller, first, scope);
  await output.write(answers.ipc);
  meter.add(answers.rows, answers.ledger);
  return confirmed(first, inputRows, answers, rows, forecast, labeller, terminal);
}

async function abandon(output: Output, { output: path }: RunRequest, terminal: Terminal): Promise<void> {
  if (await output.abandon()) terminal.say(`The answers so far are in ${path}.part.`);
}
