/**
 * What semtel costs beside the bare calls: rows/s and CPU per row at one conversation per request, through gRPC and
 * Arrow, against (a) a loop over the openai SDK and (b) a plain undici pool, at the same concurrency in one run.
 * Every candidate has a process of its own, and so has the simulated endpoint.
 *
 *   node scripts/bench/overhead.ts [--rows 20000] [--concurrency 512] [--latency 200] [--rounds 3]
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../../src/server/client.ts';
import { batchesOf } from './batches.ts';
import { type Measured, median, startMeasured, untilAnswers } from './measured.ts';
import { overheadRows } from './overheadRows.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    concurrency: { type: 'string', default: '512' },
    latency: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const rows = Number(values.rows);
const concurrency = Number(values.concurrency);
const rounds = Number(values.rounds);
/** Enough for compilers, connections and the engine's concurrency to settle. */
const warmUpRows = Math.max(rows / 2, 10_000);
const batchRows = 256;
const simulatorPort = 18_199;
const serverPort = 18_215;
const statusPort = 18_264;
const origin = `http://127.0.0.1:${simulatorPort}`;

interface Outcome {
  readonly rowsPerSecond: number;
  readonly cpuMsPerRow: number;
  readonly rssBytes: number;
}

type Candidate = (count: number, from: number) => Promise<number>;

function loop(process: Measured): Candidate {
  return async (count, from) => {
    process.send(`${count} ${from}`);
    await process.line();
    const startedMs = performance.now();
    await process.line();
    return performance.now() - startedMs;
  };
}

function server(): Candidate {
  const client = connect(`127.0.0.1:${serverPort}`);
  return async (count, from) => {
    const batches = batchesOf(overheadRows(count, from), batchRows);
    const startedMs = performance.now();
    let next = 0;
    let ok = 0;
    const worker = async () => {
      while (next < batches.length) {
        const { ledger } = await client.classify(
          { classifiers: ['topic'], jobId: 'bench' },
          batches[next++]!,
        );
        ok += ledger.ok;
      }
    };
    // Twice the questions that can be in flight, so that the server never waits for its client.
    await Promise.all(Array.from({ length: Math.ceil((2 * concurrency) / batchRows) }, worker));
    if (ok !== count) throw new Error(`${count - ok} of ${count} rows are not ok`);
    return performance.now() - startedMs;
  };
}

async function measure(process: Measured, candidate: Candidate): Promise<Outcome[]> {
  let from = 0;
  await candidate(warmUpRows, from);
  from += warmUpRows;
  const outcomes: Outcome[] = [];
  for (let round = 0; round < rounds; round++, from += rows) {
    const before = await process.used();
    const tookMs = await candidate(rows, from);
    const after = await process.used();
    outcomes.push({
      rowsPerSecond: (rows / tookMs) * 1000,
      cpuMsPerRow: (after.cpuMs - before.cpuMs) / rows,
      rssBytes: after.rssBytes,
    });
  }
  return outcomes;
}

function medianOf(outcomes: readonly Outcome[]): Outcome {
  const of = (name: keyof Outcome) => median(outcomes.map((each) => each[name]));
  return { rowsPerSecond: of('rowsPerSecond'), cpuMsPerRow: of('cpuMsPerRow'), rssBytes: of('rssBytes') };
}

function configFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'semtel-bench-')), 'semtel.yaml');
  const config = `
listen: 127.0.0.1:${serverPort}
status: 127.0.0.1:${statusPort}
models:
  default:
    endpoints:
      - { name: bench, base_url: "${origin}/v1", model: bench, max_concurrency: ${concurrency} }
`;
  writeFileSync(file, config);
  return file;
}

const control = JSON.stringify({ answers: 'hash', latency_ms: Number(values.latency), latency_sigma: 0 });
const simulator = startMeasured('src/cli/main.ts', [
  'simulate',
  '--port',
  String(simulatorPort),
  '--control',
  control,
]);
await untilAnswers(`${origin}/semtel/stats`);

const results: [string, Outcome][] = [];
for (const [name, kind] of [
  ['(a) openai SDK loop', 'sdk'],
  ['(b) undici pool', 'undici'],
] as const) {
  const process = startMeasured('scripts/bench/overheadLoop.ts', [kind, origin, String(concurrency)]);
  results.push([name, medianOf(await measure(process, loop(process)))]);
  await process.stop();
}
const serve = startMeasured('src/cli/main.ts', ['serve', '--config', configFile(), '--log-level', 'warn']);
await untilAnswers(`http://127.0.0.1:${statusPort}/readyz`);
results.push(['semtel, all-in', medianOf(await measure(serve, server()))]);
await serve.stop();
await simulator.stop();

const bare = results[1]![1];
const sdk = results[0]![1];
console.log(
  `${rows} rows a round, median of ${rounds}; ${concurrency} in flight, ${values.latency} ms; Node ${process.version}\n`,
);
console.log('                        rows/s   CPU ms/row   / (a)   / (b)   RSS MB');
for (const [name, { rowsPerSecond, cpuMsPerRow, rssBytes }] of results) {
  const columns = [
    rowsPerSecond.toFixed(0).padStart(8),
    cpuMsPerRow.toFixed(3).padStart(12),
    (cpuMsPerRow / sdk.cpuMsPerRow).toFixed(2).padStart(7),
    (cpuMsPerRow / bare.cpuMsPerRow).toFixed(2).padStart(7),
    (rssBytes / 1e6).toFixed(0).padStart(8),
  ];
  console.log(name.padEnd(22) + columns.join(' '));
}
process.exit(0);
