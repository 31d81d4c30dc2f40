/**
 * Whether the memory of `semtel run` grows with its file: RSS over time and rows/s on a Parquet file of about 1 GB
 * (lists of messages, Snappy, row groups of 100,000 rows), which it makes first, at a simulated endpoint without latency.
 * Linux only.
 *
 *   node scripts/bench/largeFile.ts [--rows 450000] [--out csv]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Field } from 'apache-arrow';
import { int64Column, listColumn, structColumn, utf8Column } from '../../src/arrow/build.ts';
import { writeStream } from '../../src/arrow/write.ts';
import type { Ledger } from '../../src/base/ledger.ts';
import { seededRandom } from '../../src/base/random.ts';
import { openOutput } from '../../src/files/write/output.ts';
import { startMeasuredSimulator } from './measured.ts';
import { overheadRows } from './overheadRows.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '450000' }, out: { type: 'string', default: 'csv' } },
});
const rows = Number(values.rows);
const batchRows = 1000;
const everyMs = 10_000;
const origin = 'http://127.0.0.1:18194';
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
const input = join(folder, 'chats.parquet');
const output = join(folder, `labels.${values.out}`);

const random = seededRandom(1);
const words = [
  ...new Set(
    overheadRows(64, 0)
      .join(' ')
      .match(/[a-z]{3,}/gi)!,
  ),
];

/** Words without order, of which Snappy saves two fifths; 1.9 KB. */
function text(): string {
  return Array.from({ length: 300 }, () => words[Math.floor(random() * words.length)]!).join(' ');
}

function chats(from: number, count: number): Uint8Array {
  const ids = Array.from({ length: count }, (_, row) => from + row);
  const messages = ids.map(() => [
    { role: 'user', content: text() },
    { role: 'assistant', content: text() },
  ]);
  const columns = {
    id: int64Column(ids),
    messages: listColumn(messages, (items) =>
      structColumn(items, [
        ['role', utf8Column(items.map(({ role }) => role))],
        ['content', utf8Column(items.map(({ content }) => content))],
      ]),
    ),
  };
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true));
  return writeStream(fields, Object.values(columns), count);
}

function rssMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}

const file = await openOutput(input, process.stdout);
for (let from = 0; from < rows; from += batchRows)
  await file.write(chats(from, Math.min(batchRows, rows - from)));
await file.finish();

const simulator = await startMeasuredSimulator(origin, { answers: 'hash', latency_ms: 0, latency_sigma: 0 });
const args = ['src/cli/main.ts', 'run', input, '-c', 'topic', '-o', output, '--yes', '--no-store'];
const env = { ...process.env, OPENAI_BASE_URL: `${origin}/v1`, OPENAI_API_KEY: 'none' };
const startedMs = performance.now();
const run = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', env });
const exited = once(run, 'exit');
const seen: number[] = [];
const timer = setInterval(() => seen.push(rssMb(run.pid!)), everyMs);
await exited;
clearInterval(timer);
const seconds = (performance.now() - startedMs) / 1000;
await simulator.stop();
const { ledger } = JSON.parse(readFileSync(`${output}.semtel.json`, 'utf8')) as { ledger: Ledger };
if (ledger.ok !== rows) throw new Error(`${rows - ledger.ok} of ${rows} rows are not ok`);

const gb = (statSync(input).size / 1e9).toFixed(2);
console.log(`${rows} rows, ${gb} GB of Parquet into .${values.out}: ${(rows / seconds).toFixed(0)} rows/s`);
console.log(`RSS in MB, every ${everyMs / 1000} s: ${seen.join(' ')}`);
rmSync(folder, { recursive: true });
process.exit(0);
