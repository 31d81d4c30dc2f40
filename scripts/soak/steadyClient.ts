/**
 * A client that keeps a server busy, as a process of its own: node scripts/soak/steadyClient.ts ADDRESS. It streams new
 * marked conversations of 3 KB as four jobs and checks each label; for each line of its input it prints `Checked` as JSON.
 */
import { createInterface } from 'node:readline';
import { Client, credentials } from '@grpc/grpc-js';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { connect } from '../../src/server/client.ts';
import { classifierService } from '../../src/server/proto.ts';
import { batchesOf } from '../bench/batches.ts';
import { type MarkedRow, markedRows } from './markedRows.ts';

/** Rows so far. */
export interface Checked {
  answered: number;
  /** Of them, those without the label that they were marked with. */
  wrong: number;
}

const [address = ''] = process.argv.slice(2);
/** Tasks of a small cluster. */
const jobs = 4;
/** As the Python client does by default. */
const batchRows = 256;
const batchesInFlight = 4;
const bytesPerRow = 3_000;
/** A task of Spark has some ten thousand rows; then its stream ends, and the next begins. */
const batchesPerStream = 40;

const checked: Checked = { answered: 0, wrong: 0 };
let asked = 0;

async function labelsOf(classifier: string): Promise<readonly string[]> {
  const client = connect(address);
  const { outputs } = await client.describeClassifier(classifier);
  client.close();
  return outputs[0]!.labels.map(({ name }) => name);
}

const labels = await labelsOf('topic');

function check(ipc: Uint8Array, rows: readonly MarkedRow[]): void {
  const answers = jsonRows(ipc) as { topic: { status: string; label: string } }[];
  checked.answered += answers.length;
  rows.forEach(({ label }, row) => {
    if (answers[row]?.topic.status !== 'ok' || answers[row].topic.label !== label) checked.wrong += 1;
  });
}

/** One stream with a few batches in flight; resolves when all are answered. */
function stream(client: Client, jobId: string): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = classifierService.ClassifyStream;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const waiting: (readonly MarkedRow[])[] = [];
  let left = batchesPerStream;
  const send = () => {
    if (left-- === 0) return call.end();
    const rows = markedRows(batchRows, asked, bytesPerRow, labels);
    asked += batchRows;
    waiting.push(rows);
    const [batch] = batchesOf(
      rows.map(({ conversation }) => conversation),
      batchRows,
    );
    return call.write({ batch: { ipc: batch!.ipc, row_count: batch!.rowCount } });
  };
  return new Promise((resolve, reject) => {
    call.on('data', ({ batch }) => {
      check(batch.ipc, waiting.shift()!);
      if (left >= 0) send();
    });
    call.on('error', reject);
    call.on('end', resolve);
    call.write({ options: { classifiers: ['topic'], job_id: jobId } });
    for (let sent = 0; sent < batchesInFlight; sent++) send();
  });
}

async function keepStreaming(jobId: string): Promise<never> {
  const client = new Client(address, credentials.createInsecure());
  for (;;) await stream(client, jobId);
}

for (let job = 0; job < jobs; job++) void keepStreaming(`steady${job}`);
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(checked));
