/**
 * A server under abuse, beside a job whose rate its quota sets: memory of the server and rate of the job before,
 * during and after each kind, and how the abused calls ended. Server and simulated endpoint have processes of their own.
 *
 *   node scripts/soak/abuse.ts [--seconds 10] [--rate 300]
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { connect } from '../../src/server/client.ts';
import { startMeasured, untilAnswers } from '../bench/measured.ts';
import {
  gzipBomb,
  openIdle,
  pour,
  resetStreams,
  sendBombs,
  sendHeaders,
  sendUnfinished,
  useStream,
} from './abusers.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, rate: { type: 'string', default: '300' } },
});
const seconds = Number(values.seconds);
const rowsPerSecond = Number(values.rate);
const simulatorPort = 18_399;
const serverPort = 18_415;
const statusPort = 18_464;
const address = `127.0.0.1:${serverPort}`;
const origin = `http://127.0.0.1:${simulatorPort}`;

let row = 0;
function batch(rows: number, bytesPerRow: number) {
  const texts = Array.from({ length: rows }, () => `${row++} ${'a word '.repeat(bytesPerRow / 7)}`);
  const conversation = vectorFromArray(texts, new Utf8());
  return { ipc: tableToIPC(new Table({ conversation }), 'stream'), rowCount: rows };
}

const file = join(mkdtempSync(join(tmpdir(), 'semtel-soak-')), 'semtel.yaml');
writeFileSync(
  file,
  `
listen: ${address}
status: 127.0.0.1:${statusPort}
models:
  default:
    endpoints:
      - { name: quota, base_url: "${origin}/v1", model: m, rpm: ${rowsPerSecond * 60} }
  slow:
    endpoints:
      - { name: slow, base_url: "${origin}/slow/v1", model: m, max_concurrency: 2 }
`,
);
const simulator = startMeasured('src/cli/main.ts', [
  'simulate',
  '--port',
  String(simulatorPort),
  '--control',
  JSON.stringify({ answers: 'hash', latency_ms: 100 }),
]);
await untilAnswers(`${origin}/semtel/stats`);
const server = startMeasured('src/cli/main.ts', ['serve', '--config', file, '--log-level', 'error']);
await untilAnswers(`http://127.0.0.1:${statusPort}/readyz`);

const client = connect(address);
let answered = 0;
let working = true;
const worker = async () => {
  while (working) {
    const { ledger } = await client.classify({ classifiers: ['topic'], jobId: 'neighbour' }, batch(32, 700));
    if (ledger.ok !== 32) throw new Error(`${32 - ledger.ok} rows of the neighbour are lost`);
    answered += 32;
  }
};
const neighbour = Promise.all(Array.from({ length: 2 * Math.ceil(rowsPerSecond / 32) }, worker));

let usual = 0;
async function during(name: string, abuse: (untilMs: number) => Promise<string>): Promise<void> {
  const startedMs = performance.now();
  const before = answered;
  let peak = 0;
  let over = false;
  const watch = (async () => {
    while (!over) {
      peak = Math.max(peak, (await server.used()).rssBytes);
      await sleep(200);
    }
  })();
  const outcome = await abuse(startedMs + seconds * 1000);
  await sleep(Math.max(startedMs + seconds * 1000 - performance.now(), 0));
  const rate = ((answered - before) / (performance.now() - startedMs)) * 1000;
  over = true;
  await watch;
  if (usual === 0) usual = rate;
  const columns = [
    name.padEnd(34),
    `${rate.toFixed(0)} rows/s`.padStart(11),
    `${((100 * rate) / usual).toFixed(0)} %`.padStart(6),
    `${(peak / 1e6).toFixed(0)} MB`.padStart(8),
  ];
  console.log(`${columns.join(' ')}  ${outcome}`);
}

const kinds = (statuses: readonly string[]) =>
  Object.entries(Object.groupBy(statuses, (status) => status))
    .map(([status, all]) => `${all!.length} x ${status}`)
    .join(', ');
const bomb = gzipBomb(2 ** 30);
const large = batch(1_000, 3_500);

await sleep(5_000);
await during('nothing', async () => '');
await during('20 stalled readers', async () => {
  const pours = Array.from({ length: 20 }, (_, n) =>
    pour(address, () => large, { jobId: `stalled${n}`, model: 'slow', reads: false }),
  );
  await sleep(seconds * 800);
  const taken = pours.map((each) => each.taken);
  for (const each of pours) each.close();
  return `${Math.max(...taken)} batches of ${(large.ipc.length / 1e6).toFixed(1)} MB taken at most`;
});
await during('20 clients that never end', async () => {
  const pours = Array.from({ length: 20 }, (_, n) =>
    pour(address, () => batch(1_000, 700), { jobId: `pour${n}`, model: 'slow', reads: true }),
  );
  await sleep(seconds * 800);
  const taken = pours.map((each) => each.taken);
  for (const each of pours) each.close();
  return `${taken.reduce((sum, each) => sum + each)} batches of 1,000 rows taken`;
});
await during('a bomb of 1 GiB', async () => kinds(await sendBombs(address, bomb, 1)));
await during('64 bombs of 1 GiB', async () => kinds(await sendBombs(address, bomb, 64)));
await during('256 messages that never end', async () =>
  kinds(await sendUnfinished(address, 60 << 20, 256, seconds * 800)),
);
await during('10,000 resets', async () => `over ${await resetStreams(address, 10_000)} connections`);
await during('1,000 headers of 63 KB', async () => kinds(await sendHeaders(address, 63 * 1_024, 1_000)));
await during('1,000 idle streams', async () => {
  const idle = await openIdle(address, 1_000);
  await sleep(seconds * 500);
  const used = await useStream(idle.streams[500]!, batch(10, 700));
  idle.close();
  return `then one is used: ${used}`;
});
await during('nothing, after all', async () => '');
working = false;
await neighbour;
client.close();
await server.stop();
await simulator.stop();
