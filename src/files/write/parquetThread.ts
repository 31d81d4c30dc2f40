import { parentPort } from 'node:worker_threads';
import {
  Compression,
  type RecordBatch,
  Table,
  transformParquetStream,
  WriterPropertiesBuilder,
} from 'parquet-wasm/node';
import { messageOf } from '../../base/error.ts';

/** What the thread is told, one at a time; it answers each. */
export type Order = { readonly ipc: Uint8Array } | { readonly end: true };
/** Bytes of the file that are ready by then, in order. */
export type Made = { readonly bytes: readonly Uint8Array[] } | { readonly failure: string };

/** Rows of a row group: about 20 MB of answers, enough for readers to skip and to share work by. */
const rowGroupRows = 100_000;

const batches = new TransformStream<RecordBatch, RecordBatch>();
const input = batches.writable.getWriter();
let ready: Uint8Array[] = [];

const written = (async () => {
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setMaxRowGroupSize(rowGroupRows)
    .setCreatedBy('semtel')
    .build();
  const bytes = await transformParquetStream(batches.readable, properties);
  for await (const chunk of bytes as ReadableStream<Uint8Array>) ready.push(chunk);
})();
// Told by the order that meets it.
written.catch(() => {});

async function carryOut(order: Order): Promise<void> {
  if ('end' in order) {
    await input.close();
    await written;
    return;
  }
  const table = Table.fromIPCStream(order.ipc);
  for (const batch of table.recordBatches()) await Promise.race([input.write(batch), written]);
  table.free();
}

parentPort!.on('message', async (order: Order) => {
  let made: Made;
  try {
    await carryOut(order);
    made = { bytes: ready };
    ready = [];
  } catch (error) {
    made = { failure: messageOf(error) };
  }
  parentPort!.postMessage(made);
});
