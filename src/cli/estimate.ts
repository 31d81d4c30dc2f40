import { existsSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { openScope } from '../base/scope.ts';
import { classifierList, configuredCatalogue, namedClassifiers } from '../compose/catalogue.ts';
import { compose } from '../compose/compose.ts';
import type { Config } from '../compose/config/load.ts';
import { storeFile } from '../compose/openStore.ts';
import { readBatches } from '../files/read/batches.ts';
import { countRows } from '../files/read/countRows.ts';
import { openInputs } from '../files/read/input.ts';
import { selectRows } from '../files/read/selection.ts';
import { modelsFor } from '../service/choose.ts';
import type { Command } from './command.ts';
import { capacityOf } from './estimate/capacity.ts';
import { estimateJson, estimateWords } from './estimate/report.ts';
import { tallyRows } from './estimate/tallyRows.ts';
import { exitCodes } from './exitCodes.ts';
import { inputOptions, inputRequest } from './run/request.ts';
import { localSetup } from './setup.ts';

/** Rows read at a time; nothing waits for them. */
const batchBounds = { rows: 1_000, bytes: 16 << 20 };

export const command: Command = {
  usage: 'semtel estimate IN… -c NAME|FILE.prompty[,…]',
  about:
    'Reads the files as a run would, counts calls, tokens and cost, and makes no call. Completions are told as expected\nand as the most that may come; answers that are kept cost nothing.',
  example: 'semtel estimate chats.jsonl -c topic,expertise',
  options: {
    ...inputOptions,
    refresh: { type: 'boolean', help: 'count what is stored, too, as run --refresh asks it again' },
    'no-store': { type: 'boolean', help: 'likewise' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  async run(args, terminal) {
    const request = inputRequest(args);
    const { config, log } = localSetup(args, terminal);
    const catalogue = configuredCatalogue(config, terminal.env, log);
    const classifiers = namedClassifiers(classifierList(request.classifiers), catalogue, terminal.folder).map(
      catalogue.get,
    );
    const inputs = await openInputs(request.inputs, request);
    const selection = selectRows(await countRows(inputs), request.selection);
    const asksAgain = args.flag('refresh') || args.flag('no-store') || config.store === 'off';
    const keepAnswers = !asksAgain && mayHold(config);
    const { workers, store, engine, close } = await compose({ config, catalogue, log, keepAnswers });
    const scope = openScope(systemClock);
    try {
      const models = modelsFor(classifiers, { model: request.model, maxCost: 0 }, engine);
      const tallies = await tallyRows(
        readBatches(inputs, selection, batchBounds),
        selection.rows,
        { classifiers, models, price: engine.price },
        { workers, store: asksAgain ? null : store },
        scope,
      );
      const capacity = capacityOf(engine.view(), models);
      const currency = engine.price(models[0] ?? '')?.currency ?? '';
      const estimate = { tallies, capacity, currency, asksAgain };
      const text = args.flag('json') ? JSON.stringify(estimateJson(estimate)) : estimateWords(estimate);
      terminal.stdout.write(`${text}\n`);
    } finally {
      scope.dispose();
      await close();
    }
    return exitCodes.done;
  },
};

/** Whether the store may hold answers; looking into a file would make it. */
function mayHold(config: Config): boolean {
  const file = storeFile(config);
  return file === undefined || existsSync(file.path);
}
