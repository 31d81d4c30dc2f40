/**
 * What semtel costs beside the bare calls: rows/s and CPU per row at one conversation per request, through gRPC and
 * Arrow, against (a) a loop over the openai SDK and (b) a plain undici pool, at the same concurrency in one run.
 * Every candidate has a process of its own, and so has the simulated endpoint.
 *
 *   node scripts/bench/overhead.ts [--rows 20000] [--concurrency 512] [--latency 200] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { type Measured, median, startMeasured } from './measured.ts';
import { type Candidate, startServer, startSimulator, warmUpRows } from './overheadServer.ts';

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
interface Outcome {
  readonly rowsPerSecond: number;
  readonly cpuMsPerRow: number;
  readonly rssBytes: number;
}

function loop(process: Measured): Candidate {
  return async (count, from) => {
    process.send(`${count} ${from}`);
    await process.line();
    const startedMs = performance.now();
    await process.line();
    return performance.now() - startedMs;
  };
}

async function measure(process: Measured, candidate: Candidate): Promise<Outcome[]> {
  let from = 0;
  await candidate(warmUpRows(rows), from);
  from += warmUpRows(rows);
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

const simulator = await startSimulator(Number(values.latency));

const results: [string, Outcome][] = [];
for (const [name, kind] of [
  ['(a) openai SDK loop', 'sdk'],
  ['(b) undici pool', 'undici'],
] as const) {
  const process = startMeasured('scripts/bench/overheadLoop.ts', [
    kind,
    simulator.origin,
    String(concurrency),
  ]);
  results.push([name, medianOf(await measure(process, loop(process)))]);
  await process.stop();
}
const server = await startServer(simulator.origin, concurrency);
results.push(['semtel, all-in', medianOf(await measure(server.process, server.ask))]);
await server.process.stop();
await simulator.process.stop();

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
