/**
 * Does a server keep its memory under a steady load? `semtel serve`, a simulated endpoint and a client have processes of
 * their own; the client streams new marked conversations of 3 KB, and the endpoint's quota sets the rate. Each minute:
 * the heaps after forced collections and the largest memory. Exit code 1 where a label is wrong or a bound is broken.
 *
 *   node scripts/soak/steady.ts [--minutes 10] [--rate 540] [--small]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  type Heap,
  type Measured,
  startMeasured,
  startMeasuredServer,
  startMeasuredSimulator,
} from '../bench/measured.ts';
import type { Checked } from './steadyClient.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '540' },
    /** A server that is to take little memory. */
    small: { type: 'boolean', default: false },
  },
});
const { small } = values;
/** As docs/chaos.md tells: young objects are collected often, and freed memory goes back to the system. */
const smallEnvironment = {
  NODE_OPTIONS: '--max-semi-space-size=4',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
};
const minutes = Number(values.minutes);
/** What every minute but the first, which begins with an empty server, must show. */
const minRowsPerSecond = 500;
const maxRssMb = 400;
/** The heap has its size by then: everything is compiled, and 90,000 rows have gone through. */
const settledMinute = Math.min(3, minutes);
const maxGrowthMb = 5;

const address = '127.0.0.1:18715';
const status = '127.0.0.1:18764';
const origin = 'http://127.0.0.1:18799';
const folder = mkdtempSync(join(tmpdir(), 'semtel-soak-'));
const file = join(folder, 'semtel.yaml');
writeFileSync(
  file,
  `
listen: ${address}
status: ${status}
${small ? 'workers: 1' : ''}
models:
  default:
    endpoints:
      - { name: quota, base_url: "${origin}/v1", model: m, rpm: ${Number(values.rate) * 60} }
`,
);

interface Minute {
  readonly rowsPerSecond: number;
  readonly wrong: number;
  readonly peakMb: number;
  readonly heapMb: number;
  readonly cpuMsPerRow: number;
}

/**
 * Heaps hold what is in flight, and those of the worker threads, which cannot be made to collect, also garbage: of
 * several looks the smallest says best what stays.
 */
async function smallestHeapMb(server: Measured): Promise<number> {
  const looks: Heap[] = [];
  for (let times = 0; times < 6; times++) {
    looks.push(await server.heap());
    await sleep(1_000);
  }
  const smallest = (of: keyof Heap) => Math.min(...looks.map((look) => look[of]));
  return (smallest('mainBytes') + smallest('othersBytes')) / 1e6;
}

async function measureMinute(server: Measured, counts: () => Promise<Checked>): Promise<Minute> {
  const before = { ...(await counts()), ...(await server.used()), atMs: performance.now() };
  let peak = 0;
  // Forced collections make memory smaller: they come when the minute's peak is known.
  while (performance.now() < before.atMs + 54_000) {
    peak = Math.max(peak, (await server.used()).rssBytes);
    await sleep(100);
  }
  const after = { ...(await counts()), ...(await server.used()), atMs: performance.now() };
  const rows = after.answered - before.answered;
  return {
    rowsPerSecond: (1000 * rows) / (after.atMs - before.atMs),
    wrong: after.wrong,
    peakMb: peak / 1e6,
    heapMb: await smallestHeapMb(server),
    cpuMsPerRow: (after.cpuMs - before.cpuMs) / rows,
  };
}

const simulator = await startMeasuredSimulator(origin, { answers: 'marked', latency_ms: 400 });
const server = await startMeasuredServer(file, status, small ? smallEnvironment : {});
const client = startMeasured('scripts/soak/steadyClient.ts', [address]);
const counts = async () => {
  client.send('count');
  return JSON.parse(await client.line()) as Checked;
};

console.log('minute   rows/s   wrong   CPU ms/row   peak RSS MB   heap MB');
const all: Minute[] = [];
for (let minute = 1; minute <= minutes; minute++) {
  const measured = await measureMinute(server, counts);
  all.push(measured);
  const { rowsPerSecond, wrong, cpuMsPerRow, peakMb, heapMb } = measured;
  const columns = [
    String(minute).padStart(6),
    rowsPerSecond.toFixed(0).padStart(9),
    String(wrong).padStart(8),
    cpuMsPerRow.toFixed(3).padStart(13),
    peakMb.toFixed(0).padStart(14),
    heapMb.toFixed(1).padStart(10),
  ];
  console.log(columns.join(''));
}
await client.stop();
await server.stop();
await simulator.stop();
rmSync(folder, { recursive: true });

const last = all.at(-1)!;
const growthMb = last.heapMb - all[settledMinute - 1]!.heapMb;
const slowest = Math.min(...all.slice(1).map(({ rowsPerSecond }) => rowsPerSecond));
const peakMb = Math.max(...all.map((each) => each.peakMb));
const verdicts = [
  [last.wrong === 0, `${last.wrong} wrong labels`],
  [slowest >= minRowsPerSecond, `${slowest.toFixed(0)} rows/s in the slowest minute after the first`],
  [growthMb <= maxGrowthMb, `heap of minute ${settledMinute} + ${growthMb.toFixed(1)} MB in the last`],
  [peakMb <= maxRssMb, `peak RSS ${peakMb.toFixed(0)} MB`],
] as const;
for (const [holds, words] of verdicts) console.log(`${holds ? 'holds' : 'FAILS'}: ${words}`);
process.exit(verdicts.every(([holds]) => holds) ? 0 : 1);
