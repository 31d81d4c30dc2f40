import { type Rows, rowsOf } from '../arrow/rows.ts';
import { loadStream } from '../arrow/stream.ts';
import { SemtelError } from '../base/error.ts';
import { emptyLedger, type Ledger } from '../base/ledger.ts';
import type { Answers } from './answers.ts';
import type { ConversationRow } from './conversationRow.ts';
import { labelBatches, rowsAtOnce } from './labelBatches.ts';
import type { ArrowAskOptions, AskOptions } from './options.ts';
import { fromArrow } from './rows.ts';
import { checkRow, textRows } from './textRows.ts';

/** Labels as they come, in the order of the rows, and what became of all questions so far. */
export interface Labels<Item> extends AsyncIterableIterator<Item> {
  readonly ledger: Readonly<Ledger>;
}

/**
 * Labels conversations in this process, without a socket: gives every row back, in order, with one answer for each
 * classifier under its name. Classifiers are named (`topic`), or are files (`./mine.prompty`). Rows are read as there is
 * room for them, so their number has no bound. Nothing is asked before the first answer is asked for.
 *
 * A row's fault is in its `status`. The iteration ends with a SemtelError where no row could do better: settings or
 * classifiers that cannot be used (`config`, `prompt`, `unknown_classifier`, `bad_option`), a row that is none (`input`),
 * endpoints that reject all (`endpoints_rejected`), `cancelled`. Leaving the loop ends what is being asked.
 */
export function classify<Row extends ConversationRow, Name extends string>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  classifiers: readonly Name[],
  options?: AskOptions,
): Labels<Row & Answers<Name>>;
/**
 * Likewise for one Arrow IPC stream: gives Arrow IPC streams of one record batch each, whose rows answer its rows in
 * order: the id, columns passed through, and one struct for each classifier.
 */
export function classify(
  ipc: Uint8Array,
  classifiers: readonly string[],
  options?: ArrowAskOptions,
): Labels<Uint8Array>;
export function classify(
  data: Iterable<ConversationRow> | AsyncIterable<ConversationRow> | Uint8Array,
  classifiers: readonly string[],
  options: ArrowAskOptions = {},
): Labels<unknown> {
  const ledger = emptyLedger();
  const labels =
    data instanceof Uint8Array
      ? arrowLabels(data, classifiers, options, ledger)
      : rowLabels(data, classifiers, options, ledger);
  return Object.assign(labels, { ledger });
}

async function* arrowLabels(
  ipc: Uint8Array,
  classifiers: readonly string[],
  options: ArrowAskOptions,
  ledger: Ledger,
): AsyncGenerator<Uint8Array> {
  async function* read(): AsyncGenerator<Rows> {
    const { schema, batches } = loadStream(ipc, { rowCount: null, maxRows: Number.MAX_SAFE_INTEGER });
    yield rowsOf(schema.fields, []);
    for (const columns of batches) yield rowsOf(schema.fields, columns);
  }
  for await (const result of labelBatches(read, classifiers, options, ledger)) yield result.ipc;
}

async function* rowLabels(
  data: Iterable<ConversationRow> | AsyncIterable<ConversationRow>,
  classifiers: readonly string[],
  options: AskOptions,
  ledger: Ledger,
): AsyncGenerator<object> {
  if (!isIterable(data))
    throw new SemtelError(
      'input',
      'classify labels an array, another iterable or an async iterable of { conversation }, or the bytes of an Arrow IPC stream.',
    );
  /** Rows that are read and not yet given back. */
  const open: ConversationRow[] = [];
  async function* read(names: readonly string[]): AsyncGenerator<Rows> {
    const atOnce = rowsAtOnce(options.batchRows);
    let chunk: ConversationRow[] = [];
    let first = 0;
    for await (const row of data) {
      checkRow(row, first + chunk.length);
      const taken = names.find((name) => Object.hasOwn(row, name));
      if (taken !== undefined)
        throw new SemtelError(
          'bad_option',
          `The rows have a "${taken}" already; its answer takes that name.`,
        );
      open.push(row);
      chunk.push(row);
      if (chunk.length < atOnce) continue;
      yield textRows(chunk, { first });
      first += chunk.length;
      chunk = [];
    }
    yield textRows(chunk, { first });
  }
  for await (const { ipc } of labelBatches(read, classifiers, options, ledger)) {
    for (const answers of fromArrow(ipc)) yield { ...open.shift(), ...answers };
  }
}

/** False for what a program without types may hand in instead of rows. */
function isIterable(data: unknown): boolean {
  return (
    typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data)
  );
}
