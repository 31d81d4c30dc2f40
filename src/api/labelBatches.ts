import { randomUUID } from 'node:crypto';
import type { Rows } from '../arrow/rows.ts';
import { systemClock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { addLedger, imbalance, type Ledger } from '../base/ledger.ts';
import { openScope } from '../base/scope.ts';
import { batchBounds, batchesAtOnce } from '../compose/batchBounds.ts';
import { namedClassifiers } from '../compose/catalogue.ts';
import { compose } from '../compose/compose.ts';
import { type InputBatch, readBatches } from '../files/read/batches.ts';
import { answerInOrder } from '../server/inOrder.ts';
import { optionsMessage } from '../server/wire.ts';
import type { ClassifyOptions, ExchangeResult } from '../service/exchange.ts';
import type { AskOptions } from './options.ts';
import { programSettings } from './settings.ts';

const everyRow = { rows: Number.POSITIVE_INFINITY, takesNext: () => true };

const endedBy = (who: string) => new SemtelError('cancelled', `${who}; nothing more is asked.`);

/**
 * Labels what `read` gives (it is told the names of the classifiers), several batches at once, and gives the results in
 * order while it counts the ledger. All that it opened is closed at its end, whatever ends it.
 */
export async function* labelBatches(
  read: (names: readonly string[]) => AsyncIterable<Rows>,
  classifiers: readonly string[],
  {
    config: given,
    folder: base,
    log: own,
    signal,
    batchRows,
    ...asked
  }: AskOptions & Partial<ClassifyOptions>,
  ledger: Ledger,
): AsyncGenerator<ExchangeResult> {
  if (!Array.isArray(classifiers))
    throw new SemtelError('bad_option', 'classify takes a list of classifiers, such as ["topic"].');
  const { config, catalogue, log, folder } = programSettings({ config: given, folder: base, log: own });
  const names = namedClassifiers(classifiers, catalogue, folder);
  const { service, close } = await compose({ config, catalogue, log });
  const scope = openScope(systemClock);
  const onAbort = () => scope.end(endedBy('The signal was aborted'));
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    const options = service.options(
      optionsMessage({ jobId: `program:${randomUUID()}`, ...asked, classifiers: names }),
    );
    const label = async ({ ipc, rows }: InputBatch) => {
      const exchange = { options, ipc, rowCount: rows, door: 'local', peer: 'local', weight: 1 } as const;
      const result = await service.classify(exchange, scope);
      if (result.rowCount === rows) return result;
      throw new SemtelError('internal', `${rows} rows were asked and ${result.rowCount} came back.`);
    };
    const input = { path: 'rows', conversation: '', id: '', read: () => read(names) };
    const batches = readBatches([input], everyRow, { ...batchBounds, rows: rowsAtOnce(batchRows) });
    for await (const result of inOrder(batches, label)) {
      addLedger(ledger, result.ledger);
      yield result;
    }
    if (imbalance(ledger) !== 0)
      throw new SemtelError('internal', 'The ledger does not balance: questions were lost or doubled.');
  } finally {
    signal?.removeEventListener('abort', onAbort);
    scope.end(endedBy('Nobody listens any more'));
    await close();
  }
}

/** Rows of a batch; throws `bad_option` for what is no number of rows. */
export function rowsAtOnce(batchRows: number = batchBounds.rows): number {
  if (Number.isSafeInteger(batchRows) && batchRows >= 1) return batchRows;
  throw new SemtelError('bad_option', 'options: "batchRows": must be a whole number from 1 on.');
}

/** What `answerInOrder` sends, to be iterated over; nothing goes on far ahead of whoever iterates. */
function inOrder<Request, Answer>(
  requests: AsyncIterable<Request>,
  answer: (request: Request) => Promise<Answer>,
): AsyncIterable<Answer> {
  const { readable, writable } = new TransformStream<Answer, Answer>();
  const writer = writable.getWriter();
  const send = (each: Answer) => writer.write(each);
  answerInOrder(requests, answer, send, batchesAtOnce)
    .then(() => writer.close())
    // Whoever iterates is told; who has left is not there to tell.
    .catch((error: unknown) => writer.abort(error).catch(() => {}));
  return readable;
}
