/**
 * What it takes to run a labelled file again: rows/s and CPU of `semtel run` file to file, in its own process and through
 * `semtel serve`, against the first run, whose answers come from a simulated endpoint without latency. On one core:
 *
 *   taskset -c 0 node scripts/bench/stored.ts [--rows 100000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ledger } from '../../src/base/ledger.ts';
import { chatFile } from './batches.ts';
import { startMeasuredServer, startMeasuredSimulator, writeConfig } from './measured.ts';
import { overheadRows } from './overheadRows.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const rows = Number(values.rows);
const origin = 'http://127.0.0.1:18196';
const server = '127.0.0.1:18216';
const status = '127.0.0.1:18266';
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
const input = join(folder, 'chats.arrow');
const output = join(folder, 'labels.arrow');

writeFileSync(input, chatFile(overheadRows(rows, 0), rows));
const config = writeConfig(folder, { listen: server, status, origin });

/** Seconds of the CPU in `0m1.250s 0m0.040s`: the shell's `times`, user and system. */
function cpuSeconds(times: string): number {
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
}

/** One run of the whole file as users start it; the shell tells what CPU it took. */
async function run(more: readonly string[]) {
  const args = ['src/cli/main.ts', 'run', input, '-c', 'topic', '-o', output, '--yes', ...more];
  const startedMs = performance.now();
  const child = spawn('sh', ['-c', '"$@"; times', 'sh', process.execPath, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const text = (await child.stdout.setEncoding('utf8').toArray()).join('');
  if (child.exitCode === null) await once(child, 'exit');
  const seconds = (performance.now() - startedMs) / 1000;
  const { ledger } = JSON.parse(readFileSync(`${output}.semtel.json`, 'utf8')) as { ledger: Ledger };
  if (ledger.ok !== rows) throw new Error(`${rows - ledger.ok} of ${rows} rows are not ok`);
  return { seconds, cpu: cpuSeconds(text.trim().split('\n').at(-1)!), ledger };
}

const simulator = await startMeasuredSimulator(origin, {
  answers: 'hash',
  latency_ms: 0,
  latency_sigma: 0,
});
const first = await run(['--config', config]);
await simulator.stop();
const again = await run(['--config', config]);

const serve = await startMeasuredServer(config, status);
const before = await serve.used();
const client = await run(['--server', server]);
const after = await serve.used();
await serve.stop();
const served = { ...client, cpu: client.cpu + (after.cpuMs - before.cpuMs) / 1000 };

console.log(`${rows} rows, ${availableParallelism()} core(s); Node ${process.version}\n`);
console.log('                             rows/s  / first    CPU s  cores  rows / CPU s    calls   stored');
for (const [name, { seconds, cpu, ledger }] of [
  ['first run', first],
  ['again', again],
  ['again, through a server', served],
] as const) {
  const columns = [
    (rows / seconds).toFixed(0).padStart(10),
    (first.seconds / seconds).toFixed(1).padStart(9),
    cpu.toFixed(2).padStart(9),
    (cpu / seconds).toFixed(2).padStart(7),
    (rows / cpu).toFixed(0).padStart(14),
    String(ledger.calls).padStart(9),
    String(ledger.stored).padStart(9),
  ];
  console.log(name.padEnd(25) + columns.join(''));
}
rmSync(folder, { recursive: true });
process.exit(0);
