import { parentPort, workerData } from 'node:worker_threads';
import { ParquetFile } from 'parquet-wasm/node';
import { messageOf } from '../../base/error.ts';
import { fileBlob } from './fileBlob.ts';

/** What the thread is started for: to tell the schema, or to read the columns. */
export interface Asked {
  readonly path: string;
  readonly columns: readonly string[] | null;
}

/** Its answer to each `next`. */
export type Told =
  | { readonly schemaIpc: Uint8Array; readonly rows: number }
  | { readonly ipc: Uint8Array }
  | { readonly end: true }
  | { readonly failure: string };

/** Rows of a batch: few where they are large. */
const batchBytes = 4 << 20;
const maxBatchRows = 1024;

const { path, columns } = workerData as Asked;

async function* told(): AsyncGenerator<Told> {
  const file = await ParquetFile.fromFile(fileBlob(path));
  const metadata = file.metadata();
  if (columns === null) {
    yield { schemaIpc: file.schema().intoIPCStream(), rows: metadata.fileMetadata().numRows() };
    return;
  }
  const rowGroups = metadata.rowGroups();
  const bytes = rowGroups.reduce((sum, group) => sum + group.totalByteSize(), 0);
  const rows = rowGroups.reduce((sum, group) => sum + group.numRows(), 0);
  const batchSize = Math.max(1, Math.min(maxBatchRows, Math.floor((batchBytes * rows) / bytes) || 1));
  const stream = await file.stream({ batchSize, columns: [...columns] });
  for await (const batch of stream) yield { ipc: batch.intoIPCStream() };
}

const answers = told();

parentPort!.on('message', async () => {
  let answer: Told;
  try {
    const { value, done } = await answers.next();
    answer = done === true ? { end: true } : value;
  } catch (error) {
    answer = { failure: messageOf(error) };
  }
  parentPort!.postMessage(answer, 'ipc' in answer ? [answer.ipc.buffer as ArrayBuffer] : []);
});
