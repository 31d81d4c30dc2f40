/**
 * What many labels of one conversation cost: prompt tokens, calls and rows/s of 1 to 6 classifiers, each asked alone
 * and all in one request, through gRPC and Arrow at a simulated endpoint; and how long reading a reply takes.
 *
 *   node scripts/bench/labels.ts [--rows 256] [--chats 8] [--slots 128] [--latency 200] [--token-ms 5] [--reading]
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addLedger, emptyLedger } from '../../src/base/ledger.ts';
import { loadClassifier } from '../../src/classifier/load.ts';
import { promptFor } from '../../src/pipeline/prompt.ts';
import { connect } from '../../src/server/client.ts';
import { countTokens } from '../../src/text/tokens.ts';
import { batchesOf } from './batches.ts';
import { startMeasuredServer, startMeasuredSimulator, writeConfig } from './measured.ts';
import { joinedRows } from './overheadRows.ts';
import { faultTimings, hostileTimings, strictTimings, type Timing } from './readingTimes.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '256' },
    /** Demo conversations, of 120 tokens each, joined into one. */
    chats: { type: 'string', default: '8' },
    slots: { type: 'string', default: '128' },
    latency: { type: 'string', default: '200' },
    'token-ms': { type: 'string', default: '5' },
    /** Only the times of reading. */
    reading: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const chats = Number(values.chats);
const slots = Number(values.slots);
const batchRows = 64;
const simulatorPort = 18_197;
const listen = '127.0.0.1:18217';
const status = '127.0.0.1:18267';
const origin = `http://127.0.0.1:${simulatorPort}`;
const classifiers = ['topic', 'expertise', 'satisfaction', 'intent', 'complexity', 'knowledge_work'];

function print(title: string, timings: readonly Timing[]): void {
  console.log(`\n${title}`);
  for (const [what, time] of timings) {
    const shown = time < 1000 ? `${time.toFixed(1)} µs` : `${(time / 1000).toFixed(1)} ms`;
    console.log(`  ${what.padEnd(28)}${shown.padStart(10)}`);
  }
}

/** New ones at each call. */
function conversations(): string[] {
  const made = joinedRows(rows, chats, asked);
  asked += rows * chats;
  return made;
}

async function cachedTokens(): Promise<number> {
  const stats = (await (await fetch(`${origin}/semtel/stats`)).json()) as {
    endpoints: Record<string, { cached_tokens: number }>;
  };
  return Object.values(stats.endpoints).reduce((sum, each) => sum + each.cached_tokens, 0);
}

const client = connect(listen);
let asked = 0;

/** Tokens of the JSON Schemas sent for a row: the simulator does not bill them, providers do. */
function schemaTokens(count: number, combine: boolean): number {
  const set = classifiers
    .slice(0, count)
    .map((name) =>
      loadClassifier(join(import.meta.dirname, '../../prompts', `${name}.prompty`), { env: {} }),
    );
  const prompts = combine ? [promptFor(set)] : set.map((classifier) => promptFor([classifier]));
  return prompts.reduce((sum, { responseSchema }) => sum + countTokens(JSON.stringify(responseSchema)), 0);
}

async function measure(count: number, combine: boolean) {
  const options = { classifiers: classifiers.slice(0, count), combine, refresh: true, jobId: 'bench' };
  const batches = batchesOf(conversations(), batchRows);
  const cachedBefore = await cachedTokens();
  const startedMs = performance.now();
  const total = emptyLedger();
  for (const { ledger } of await Promise.all(batches.map((batch) => client.classify(options, batch))))
    addLedger(total, ledger);
  const seconds = (performance.now() - startedMs) / 1000;
  if (total.ok !== total.questions) throw new Error(`${total.questions - total.ok} questions are not ok`);
  const cached = (await cachedTokens()) - cachedBefore;
  return { total, rowsPerSecond: rows / seconds, cachedShare: cached / total.prompt_tokens };
}

async function compare(): Promise<void> {
  const control = {
    answers: 'hash',
    latency_ms: Number(values.latency),
    per_output_token_ms: Number(values['token-ms']),
    slots,
  };
  const simulator = await startMeasuredSimulator(origin, control);
  const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
  const config = writeConfig(folder, { listen, status, origin, maxConcurrency: slots });
  const serve = await startMeasuredServer(config, status);
  await measure(6, false);
  console.log(
    `${rows} rows of ${chats} chats, ${slots} slots, ${values.latency} ms + ${values['token-ms']} ms per output token\n`,
  );
  console.log(
    'classifiers            tokens in/row  cached  schemas  tokens out/row  calls/row  rows/s  / alone',
  );
  for (let count = 1; count <= classifiers.length; count++) {
    let alone = 0;
    for (const combine of count === 1 ? [false] : [false, true]) {
      const { total, rowsPerSecond, cachedShare } = await measure(count, combine);
      if (!combine) alone = rowsPerSecond;
      const columns = [
        `${count} ${combine ? 'combined' : 'alone'}`.padEnd(22),
        (total.prompt_tokens / rows).toFixed(0).padStart(14),
        `${(100 * cachedShare).toFixed(0)} %`.padStart(8),
        schemaTokens(count, combine).toFixed(0).padStart(9),
        (total.completion_tokens / rows).toFixed(0).padStart(16),
        (total.calls / rows).toFixed(2).padStart(11),
        rowsPerSecond.toFixed(0).padStart(8),
        (rowsPerSecond / alone).toFixed(2).padStart(9),
      ];
      console.log(columns.join(''));
    }
  }
  client.close();
  await serve.stop();
  await simulator.stop();
}

if (!values.reading) await compare();
print('Reading one strict reply', strictTimings());
print('Reading one spoiled reply of topic, the ten slowest faults', faultTimings().slice(0, 10));
print('Reading one hostile reply', hostileTimings());
process.exit(0);
