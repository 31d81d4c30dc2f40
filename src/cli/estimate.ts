import { systemClock } from '../base/clock.ts';
import { openScope } from '../base/scope.ts';
import { readBatches } from '../files/batches.ts';
import { countRows } from '../files/countRows.ts';
import { openInputs } from '../files/input.ts';
import { selectRows } from '../files/selection.ts';
import { costOf, type Price } from '../llm/price.ts';
import { configuredCatalogue, namedClassifiers } from './catalogue.ts';
import type { Command } from './command.ts';
import { compose } from './compose.ts';
import { type Capacity, capacityOf } from './estimate/capacity.ts';
import { secondsByQuota, tokens } from './estimate/estimate.ts';
import { Tallies, type Tally } from './estimate/tally.ts';
import { exitCodes } from './exitCodes.ts';
import { duration, money, number } from './run/progress.ts';
import { inputOptions, inputRequest } from './run/request.ts';
import { localSetup } from './setup.ts';
import { table } from './table.ts';

/** Rows read at a time; nothing waits for them. */
const batchBounds = { rows: 1_000, bytes: 16 << 20 };

export const command: Command = {
  usage: 'semtel estimate IN… -c NAME|FILE.prompty[,…]',
  about:
    'Reads the files as a run would, counts calls and tokens, and makes no call. Completion tokens are the most that\nmay come; prompt tokens are counted on the first texts and scaled by size.',
  example: 'semtel estimate chats.jsonl -c topic,expertise',
  options: inputOptions,
  async run(args, terminal) {
    const request = inputRequest(args);
    const { config, log } = localSetup(args, terminal);
    const catalogue = configuredCatalogue(config, terminal.env, log);
    const classifiers = namedClassifiers(request.classifiers, catalogue, terminal.folder).map(catalogue.get);
    const inputs = await openInputs(request.inputs, request);
    const selection = selectRows(await countRows(inputs), request.selection);
    const { workers, engine, close } = await compose({ config, catalogue, log, keepAnswers: false });
    const scope = openScope(systemClock);
    try {
      const models = classifiers.map(({ model }) => request.model || model);
      const questions = classifiers.map(({ digest, truncate }, index) => ({
        digest,
        truncate,
        model: models[index]!,
      }));
      const tallies = new Tallies(classifiers);
      for await (const { ipc, rows, input } of readBatches(inputs, selection, batchBounds)) {
        const columns = { conversation: input.conversation, id: input.id, passthrough: [] };
        tallies.add(
          await workers.prepare(
            { jobId: '', ipc, rowCount: rows, maxRows: batchBounds.rows, columns, questions },
            scope,
          ),
        );
      }
      const price = engine.price(models[0] ?? '');
      const capacity = capacityOf(engine.view(), models);
      terminal.stdout.write(`${report(tallies, price, capacity)}\n`);
    } finally {
      scope.dispose();
      await close();
    }
    return exitCodes.done;
  },
};

/** One row for each classifier, their sum, and what one request for all would take. */
function report(
  { rows, skipped, alone, combined }: Tallies,
  price: Price | null,
  capacity: Capacity,
): string {
  const total = alone.reduce(
    (sum, tally) => ({
      name: 'total',
      calls: sum.calls + tally.calls,
      promptTokens: sum.promptTokens + tally.promptTokens,
      completionTokens: sum.completionTokens + tally.completionTokens,
    }),
    { name: 'total', calls: 0, promptTokens: 0, completionTokens: 0 },
  );
  const lines = alone.length === 1 ? alone : [...alone, total, combined];
  const seconds = secondsByQuota(total, capacity);
  const repeated = (rows - skipped) * alone.length - total.calls;
  return [
    `${number(rows)} rows: ${number(skipped)} without text, ${number(repeated)} questions that repeat an earlier one`,
    '',
    table(
      [
        '',
        'calls',
        'prompt tokens',
        'completion, at most',
        `cost, at most${price === null ? '' : ` (${price.currency})`}`,
      ],
      lines.map((tally) => cells(tally, price)),
    ),
    ...(seconds === null ? [] : ['', `at least ${duration(seconds)} by quota`]),
  ].join('\n');
}

function cells(
  { name, calls, promptTokens, completionTokens }: Tally,
  price: Price | null,
): readonly string[] {
  return [
    name,
    number(calls),
    tokens(promptTokens),
    tokens(completionTokens),
    price === null ? 'no price configured' : money(costOf({ promptTokens, completionTokens }, price)),
  ];
}
