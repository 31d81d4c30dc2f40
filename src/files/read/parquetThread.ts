import { parentPort } from 'node:worker_threads';
import { ParquetFile, type ParquetMetaData } from 'parquet-wasm/node';
import { messageOf } from '../../base/error.ts';
import { fileBlob } from './fileBlob.ts';
import { selectionOf } from './parquetColumns.ts';

/** What a reading is for: to tell the schema, where columns are null, or to read the columns. */
export interface Asked {
  readonly path: string;
  readonly columns: readonly string[] | null;
  /** One of the columns, of whose messages only role and content are read. */
  readonly conversation: string | null;
}

/** The answer to `Asked`, and to each `next` after it. */
export type Told =
  | { readonly schemaIpc: Uint8Array; readonly rows: number }
  | { readonly ipc: Uint8Array }
  | { readonly end: true }
  | { readonly failure: string };

/** Rows of a batch: few where they are large. */
const batchBytes = 4 << 20;
const maxBatchRows = 1024;

async function* reading({ path, columns, conversation }: Asked): AsyncGenerator<Told> {
  using file = await ParquetFile.fromFile(fileBlob(path));
  const metadata = file.metadata();
  if (columns === null) {
    yield { schemaIpc: file.schema().intoIPCStream(), rows: rowsIn(metadata) };
    return;
  }
  const rowGroups = metadata.rowGroups();
  const bytes = rowGroups.reduce((sum, group) => sum + group.totalByteSize(), 0);
  const rows = rowGroups.reduce((sum, group) => sum + group.numRows(), 0);
  const batchSize = Math.max(1, Math.min(maxBatchRows, Math.floor((batchBytes * rows) / bytes) || 1));
  const leaves = rowGroups[0]?.columns().map((leaf) => leaf.columnPath()) ?? [];
  const selected = columns.flatMap((column) =>
    column === conversation ? selectionOf(column, leaves) : [column],
  );
  const stream = await file.stream({ batchSize, columns: selected });
  for await (const batch of stream) yield { ipc: batch.intoIPCStream() };
}

/** Where the numbers in a damaged file disagree, rows would be lost in silence. */
function rowsIn(metadata: ParquetMetaData): number {
  const told = metadata.fileMetadata().numRows();
  const held = metadata.rowGroups().reduce((sum, group) => sum + group.numRows(), 0);
  if (told !== held) throw new Error(`it says ${told} rows and its row groups say ${held}`);
  return told;
}

/** The library traps where a file makes no sense to it, and where memory ends. */
function wordsOf(error: unknown): string {
  return error instanceof Error && error.name === 'RuntimeError'
    ? 'it is damaged, or a row group of it is too large for the 4 GiB that its reader has'
    : messageOf(error).replace(/\.$/, '');
}

// It also traps in tasks of its own, for which nothing here waits.
process.on('uncaughtException', (error) => {
  parentPort!.postMessage({ failure: wordsOf(error) } satisfies Told);
});

let answers: AsyncGenerator<Told>;

parentPort!.on('message', async (order: Asked | 'next') => {
  let answer: Told;
  try {
    if (order !== 'next') answers = reading(order);
    const { value, done } = await answers.next();
    answer = done === true ? { end: true } : value;
  } catch (error) {
    answer = { failure: wordsOf(error) };
  }
  parentPort!.postMessage(answer, 'ipc' in answer ? [answer.ipc.buffer as ArrayBuffer] : []);
});
