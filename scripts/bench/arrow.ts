/**
 * How wide the door is where no model is asked: batches whose answers are all stored, sent through Flight streams to
 * semtel, to an echo of pyarrow (C++) and to one of bare grpc-js, by the same client in turns; to semtel batches that it
 * was sent lately, and new ones of stored rows. Then a Spark job over stored answers.
 *
 *   node scripts/bench/arrow.ts [--rows 8192] [--chats 7] [--batch 256] [--rounds 5] [--spark-rows 100000]
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ledger } from '../../src/base/ledger.ts';
import { runPython, startPython } from './arrow/python.ts';
import { chatFile } from './batches.ts';
import {
  median,
  startMeasured,
  startMeasuredServer,
  startMeasuredSimulator,
  writeConfig,
} from './measured.ts';
import { joinedRows, overheadRows } from './overheadRows.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '8192' },
    /** Demo conversations, of half a KB each, joined into one. */
    chats: { type: 'string', default: '7' },
    batch: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '5' },
    /** Of one demo conversation each; 0: no Spark. */
    'spark-rows': { type: 'string', default: '100000' },
  },
});
const rows = Number(values.rows);
const batchRows = Number(values.batch);
const rounds = Number(values.rounds);
const sparkRows = Number(values['spark-rows']);
const streamCounts = [1, 4] as const;
const origin = 'http://127.0.0.1:18198';
const status = '127.0.0.1:18268';
const semtel = '127.0.0.1:18218';
const pyarrow = '127.0.0.1:18219';
const grpcJs = '127.0.0.1:18220';
const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));

interface Sent {
  readonly seconds: number;
  readonly rows: number;
  readonly ledger: Partial<Ledger>;
}

/** Sends the file so many times, shared out over so many streams; no two batches alike if `distinct`. */
async function send(
  address: string,
  input: string,
  streams: number,
  times: number,
  distinct = false,
): Promise<Sent> {
  const passes = Math.max(1, Math.round(times / streams));
  const [sent] = await runPython('exchange.py', [
    ...[
      '--uri',
      `grpc://${address}`,
      '--input',
      input,
      '--command',
      '{"classifiers":["topic"],"job_id":"bench"}',
    ],
    ...['--streams', String(streams), '--passes', String(passes)],
    ...(distinct ? ['--distinct'] : []),
  ]);
  const { rows: answered } = sent as Sent;
  if (answered !== rows * passes * streams) throw new Error(`${answered} rows came back`);
  return sent as Sent;
}

const simulator = await startMeasuredSimulator(origin, {
  answers: 'hash',
  latency_ms: 0,
  latency_sigma: 0,
});
const config = writeConfig(folder, { listen: semtel, status, origin });
const server = await startMeasuredServer(config, status);

console.log(`${availableParallelism()} cores; Node ${process.version}\n`);
const input = join(folder, 'chats.arrow');
writeFileSync(input, chatFile(joinedRows(rows, Number(values.chats), 0), batchRows));
const bytesPerRow = statSync(input).size / rows;
await send(semtel, input, 4, 4);
const stopEcho = await startPython('echo.py', [`grpc://${pyarrow}`]);
const nodeEcho = startMeasured('scripts/bench/arrow/echoServer.ts', [grpcJs]);
await nodeEcho.line();

/** How often the file is sent in a round: some seconds each. */
const servers: readonly {
  readonly name: string;
  readonly address: string;
  readonly times: number;
  readonly distinct?: boolean;
}[] = [
  { name: 'pyarrow echo (C++)', address: pyarrow, times: 40 },
  { name: 'grpc-js echo', address: grpcJs, times: 20 },
  { name: 'semtel, batches known', address: semtel, times: 16 },
  { name: 'semtel, batches new', address: semtel, times: 8, distinct: true },
];
console.log(
  `${rows} conversations of ${(bytesPerRow / 1000).toFixed(1)} kB in batches of ${batchRows}, median of ${rounds} rounds\n`,
);
console.log(
  'streams                            MB/s    / C++     rows/s    main thread, others: µs of CPU a row',
);
for (const streams of streamCounts) {
  const perSecond = new Map<string, number[]>();
  const cpu = new Map<string, { rows: number; mainMs: number; otherMs: number }>();
  for (let round = 0; round < rounds; round++)
    for (const { name, address, times, distinct } of servers) {
      // New batches have taken the place of those that were known.
      if (address === semtel && !distinct) await send(semtel, input, 1, 2);
      const before = await server.used();
      const sent = await send(address, input, streams, times, distinct);
      perSecond.set(name, [...(perSecond.get(name) ?? []), sent.rows / sent.seconds]);
      if (address !== semtel) continue;
      if (sent.ledger.stored !== sent.rows) throw new Error('not all were stored');
      const after = await server.used();
      const mainMs = after.mainMs - before.mainMs;
      const sum = cpu.get(name) ?? { rows: 0, mainMs: 0, otherMs: 0 };
      sum.rows += sent.rows;
      sum.mainMs += mainMs;
      sum.otherMs += after.cpuMs - before.cpuMs - mainMs;
      cpu.set(name, sum);
    }
  const best = median(perSecond.get(servers[0]!.name)!);
  for (const [name, figures] of perSecond) {
    const rate = median(figures);
    const used = cpu.get(name);
    const perRow = (ms: number) => ((1000 * ms) / used!.rows).toFixed(1).padStart(11);
    const columns = [
      ((rate * bytesPerRow) / 1e6).toFixed(0).padStart(9),
      (rate / best).toFixed(3).padStart(9),
      rate.toFixed(0).padStart(11),
      ...(used === undefined ? [] : [perRow(used.mainMs), perRow(used.otherMs)]),
    ];
    console.log(`${streams}  ${name.padEnd(26)}${columns.join('')}`);
  }
}
await stopEcho();
await nodeEcho.stop();

if (sparkRows > 0) {
  const chats = join(folder, 'spark.arrow');
  writeFileSync(chats, chatFile(overheadRows(sparkRows, rows * Number(values.chats)), batchRows));
  const startedMs = performance.now();
  const [first, again] = (await runPython('job.py', [
    ...['--input', chats, '--output', join(folder, 'labels'), '--target', semtel],
  ])) as { readonly seconds: number; readonly sources: Readonly<Record<string, number>> }[];
  const start = (performance.now() - startedMs) / 1000 - first!.seconds - again!.seconds;
  if (again!.sources.store !== sparkRows) throw new Error(`not all were stored: ${JSON.stringify(again)}`);
  console.log(`\nSpark, local[2], Parquet to Parquet, ${sparkRows} conversations of half a KB:`);
  for (const [name, { seconds }] of [
    ['first run', first!],
    ['again, all stored', again!],
  ] as const)
    console.log(
      `   ${name.padEnd(26)}${seconds.toFixed(1).padStart(8)} s${(sparkRows / seconds).toFixed(0).padStart(9)} rows/s`,
    );
  console.log(`   start and end of Spark    ${start.toFixed(1).padStart(8)} s`);
}
await server.stop();
await simulator.stop();
rmSync(folder, { recursive: true });
