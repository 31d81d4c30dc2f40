/**
 * Where the CPU of a row goes: semtel under the load of overhead.ts, measured without a profiler, the main thread's
 * part split by a profile of a further round.
 *
 *   node scripts/bench/profile.ts [--rows 20000] [--concurrency 512] [--latency 200]
 */
import type { Profiler } from 'node:inspector';
import { parseArgs } from 'node:util';
import { startServer, startSimulator, warmUpRows } from './overheadServer.ts';

/** The first that matches `FUNCTION URL` of a frame has it. */
const parts: readonly (readonly [string, RegExp])[] = [
  ['garbage collection (main thread)', /^\(garbage collector\)/],
  ['promises', /^runMicrotasks|task_queues/],
  ['writing to sockets', /^(writev|write\w*) $/],
  ['undici, its parser', /node_modules\/undici|wasm/],
  ['gRPC, HTTP/2, protobuf, doors', /@grpc|protobufjs|internal\/http2|src\/server/],
  ['threads: handing over, taking back', /piscina|src\/workers|worker|postMessage|MessagePort/],
  ['metrics', /prom-client|src\/observe/],
  ['encoding requests', /src\/llm\/(encode|body)|src\/classifier\/(template|messages)/],
  ['reading replies', /src\/llm\/(reply|json|headers)|src\/classifier/],
  ['the engine (src/llm)', /src\/llm/],
  ['scopes and clock (src/base)', /src\/base/],
  ['pipeline, service', /src\/(pipeline|service)/],
  ['store of answers', /src\/store/],
  ["Node's streams, events, timers, buffers", /node:/],
];
const others = 'all else';

function partOf({ functionName, url }: { functionName: string; url: string }): string {
  return parts.find(([, pattern]) => pattern.test(`${functionName} ${url}`))?.[0] ?? others;
}

/** Microseconds by part, the idle ones left out. */
function split({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byPart = new Map<string, number>();
  samples.forEach((id, index) => {
    const frame = frames.get(id)!;
    if (frame.functionName === '(idle)') return;
    const part = partOf(frame);
    // A delta is the time since the sample before.
    byPart.set(part, (byPart.get(part) ?? 0) + (timeDeltas[index + 1] ?? 0));
  });
  return byPart;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000' },
    concurrency: { type: 'string', default: '512' },
    latency: { type: 'string', default: '200' },
  },
});
const rows = Number(values.rows);
const warmUp = warmUpRows(rows);
const simulator = await startSimulator(Number(values.latency));
const { process: server, ask } = await startServer(simulator.origin, Number(values.concurrency));

await ask(warmUp, 0);
const before = await server.used();
await ask(rows, warmUp);
const after = await server.used();
const profile = await server.profile(() => ask(rows, warmUp + rows));
await server.stop();
await simulator.process.stop();

const perRow = (ms: number) => (ms * 1000) / rows;
const main = perRow(after.mainMs - before.mainMs);
const byPart = split(profile);
const total = [...byPart.values()].reduce((sum, us) => sum + us, 0);
const lines: [string, number][] = [...byPart].map(([part, us]) => [part, (us / total) * main]);
lines.push([
  'other threads: Arrow, keys, V8 collecting, compiling',
  perRow(after.cpuMs - before.cpuMs) - main,
]);

console.log(`us of CPU per row; ${rows} rows, ${values.concurrency} in flight; Node ${process.version}\n`);
for (const [part, us] of lines.sort(([, a], [, b]) => b - a))
  console.log(part.padEnd(54) + us.toFixed(1).padStart(6));
console.log(
  'all'.padEnd(54) +
    perRow(after.cpuMs - before.cpuMs)
      .toFixed(1)
      .padStart(6),
);
process.exit(0);
