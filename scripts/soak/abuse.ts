/**
 * A server under abuse, beside a job whose rate its quota sets. Each kind gets a server of its own: how the abused
 * calls ended, the server's peak memory, and the job's rate during the abuse relative to its rate just before.
 * Server, simulated endpoint and abusers have processes of their own.
 *
 *   node scripts/soak/abuse.ts [--seconds 10] [--rounds 3] [--rate 300] [--kind '20 stalled readers']
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  type Measured,
  median,
  startMeasured,
  startMeasuredSimulator,
  untilAnswers,
} from '../bench/measured.ts';
import { kinds } from './kinds.ts';
import { startNeighbour } from './neighbour.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '300' },
    kind: { type: 'string' },
  },
});
const ms = Number(values.seconds) * 1000;
const rowsPerSecond = Number(values.rate);
const address = '127.0.0.1:18415';
const status = '127.0.0.1:18464';
const origin = 'http://127.0.0.1:18399';
/** The engine has found the quota by then, and threads and connections are there. */
const warmUpMs = 5_000;

const file = join(mkdtempSync(join(tmpdir(), 'semtel-soak-')), 'semtel.yaml');
writeFileSync(
  file,
  `
listen: ${address}
status: ${status}
models:
  default:
    endpoints:
      - { name: quota, base_url: "${origin}/v1", model: m, rpm: ${rowsPerSecond * 60} }
  slow:
    endpoints:
      - { name: slow, base_url: "${origin}/slow/v1", model: m, max_concurrency: 2 }
`,
);

/** The largest memory that the server is seen with until `work` is done, in MB. */
async function peakDuring(server: Measured, work: Promise<unknown>): Promise<number> {
  let peak = 0;
  let over = false;
  void work.finally(() => {
    over = true;
  });
  while (!over) {
    peak = Math.max(peak, (await server.used()).rssBytes);
    await sleep(100);
  }
  return peak / 1e6;
}

async function tryOne(kind: string) {
  const server = startMeasured('src/cli/main.ts', ['serve', '--config', file, '--log-level', 'error']);
  await untilAnswers(`http://${status}/readyz`);
  const neighbour = startNeighbour(address, rowsPerSecond);
  await sleep(warmUpMs);
  const alone = await neighbour.rateDuring(sleep(ms));
  const abuser = startMeasured('scripts/soak/abuser.ts', [kind, address, String(ms)]);
  const outcome = abuser.line();
  const whole = Promise.all([outcome, sleep(ms)]);
  const [beside, peak] = await Promise.all([neighbour.rateDuring(whole), peakDuring(server, whole)]);
  await neighbour.stop();
  await server.stop();
  return { share: beside / alone, peak, outcome: await outcome };
}

const simulator = await startMeasuredSimulator(origin, { answers: 'hash', latency_ms: 100 });
console.log('| abuse | how its calls ended | peak RSS, MB | rate of the job beside it |');
console.log('|---|---|---:|---:|');
for (const kind of values.kind === undefined ? Object.keys(kinds) : [values.kind]) {
  const tries = [];
  for (let round = 0; round < Number(values.rounds); round++) tries.push(await tryOne(kind));
  const share = median(tries.map((each) => each.share));
  const peak = Math.max(...tries.map((each) => each.peak));
  console.log(`| ${kind} | ${tries[0]!.outcome} | ${peak.toFixed(0)} | ${(100 * share).toFixed(0)} % |`);
}
await simulator.stop();
