/**
 * Mutated Arrow and proto messages against a real server, beside a job whose rate its quota sets: how each ended, what
 * was wrong, and the job's rate before, during and after. Everything is a process of its own; the same seed sends the
 * same. Ends with 1 where anything was wrong.
 *
 *   node scripts/chaos/mutations.ts [--count 10000] [--first 0] [--seed 1] [--rate 300] [--corpus FILE]
 *   node scripts/chaos/mutations.ts --first 4711 --count 1      one of them again
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startMeasured, startMeasuredSimulator, untilAnswers } from '../bench/measured.ts';
import { startNeighbour } from '../soak/neighbour.ts';
import { startWatched } from './watched.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    first: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '300' },
    corpus: { type: 'string' },
  },
});
const rowsPerSecond = Number(values.rate);
const address = '127.0.0.1:18515';
const status = '127.0.0.1:18564';
const origin = 'http://127.0.0.1:18599';
/** The engine has found the quota by then, and threads and connections are there. */
const warmUpMs = 5_000;
const aloneMs = 10_000;
/** Of its rate alone, the mean of before and after. */
const leastShare = 0.95;

const folder = mkdtempSync(join(tmpdir(), 'semtel-mutations-'));
writeFileSync(
  join(folder, 'semtel.yaml'),
  `
listen: ${address}
status: ${status}
models:
  default:
    price: { input: 1, output: 2, currency: USD }
    endpoints: [{ name: quick, base_url: "${origin}/quick/v1", model: m }]
  steady:
    endpoints: [{ name: steady, base_url: "${origin}/steady/v1", model: m, rpm: ${rowsPerSecond * 60} }]
`,
);

interface Summary {
  readonly sent: number;
  readonly bad: number;
}

/** What is to be stopped whatever happens, the last first. */
const running: { stop(): Promise<unknown> }[] = [];
function started<Process extends { stop(): Promise<unknown> }>(process: Process): Process {
  running.unshift(process);
  return process;
}

/** Sends all, and prints those that are wrong as they end. */
async function sendAll(): Promise<Summary> {
  const { seed, first, count, corpus = [] } = values;
  const file = 'scripts/chaos/mutations/sender.ts';
  const sender = started(startMeasured(file, [address, seed, first, count].concat(corpus)));
  for (;;) {
    const line = await sender.line();
    const told = JSON.parse(line) as Summary & { readonly fault?: string };
    if (told.fault === undefined) return told;
    console.log(line);
  }
}

async function measure() {
  started(await startMeasuredSimulator(origin, { answers: 'hash', latency_ms: 20 }));
  const config = join(folder, 'semtel.yaml');
  const server = started(startWatched(['serve', '--config', config, '--log-level', 'warn']));
  await untilAnswers(`http://${status}/readyz`);
  const neighbour = started(startNeighbour(address, rowsPerSecond, 'steady'));
  await sleep(warmUpMs);
  const before = await neighbour.rateDuring(sleep(aloneMs));
  const startedMs = performance.now();
  const sending = sendAll();
  const crash = server.ended.then((code) => {
    throw new Error(`the server ended with ${code}: ${server.words.join('\n')}`);
  });
  crash.catch(() => {});
  const during = await neighbour.rateDuring(Promise.race([sending, crash]));
  const seconds = (performance.now() - startedMs) / 1_000;
  const after = await neighbour.rateDuring(sleep(aloneMs));
  await neighbour.stop();
  return { server, summary: await sending, seconds, rates: [before, during, after] as const };
}

try {
  const { server, summary, seconds, rates } = await measure();
  const code = await server.stop();
  const [before, during, after] = rates;
  const share = during / ((before + after) / 2);
  const ended = server.words.filter((line) => line.includes('A worker thread was ended')).length;
  const unexpected = server.words.filter((line) => !line.includes('"level":40'));
  console.log(JSON.stringify(summary, null, 1));
  console.log(`${Math.round(summary.sent / seconds)} a second; threads that the watchdog ended: ${ended}`);
  console.log(`the server: peak RSS ${Math.round(server.peakRssBytes / 1e6)} MB; it ended with ${code}`);
  const words = rates.map((rate) => rate.toFixed(1)).join(', ');
  console.log(
    `the job beside it, rows a second before, during, after: ${words}: ${(100 * share).toFixed(1)} %`,
  );
  for (const line of unexpected.slice(0, 20)) console.log(`the server said: ${line}`);
  if (summary.bad > 0 || unexpected.length > 0 || code !== 0 || share < leastShare) process.exitCode = 1;
} finally {
  for (const process of running) await process.stop().catch(() => {});
}
