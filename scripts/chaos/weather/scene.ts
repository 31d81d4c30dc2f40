import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { jsonRows } from '../../../src/arrow/jsonRows.ts';
import type { Ledger } from '../../../src/base/ledger.ts';
import { connect } from '../../../src/server/client.ts';
import { freePort } from '../../bench/endpoints/freePort.ts';
import { startMeasured, untilAnswers } from '../../bench/measured.ts';
import { startWatched, type Watched } from '../watched.ts';

const labels = ['Health', 'Travel', 'Sports', 'Games', 'Food'];
const labelOf = (row: number) => labels[row % labels.length]!;
export const conversationOf = (row: number) => `Question ${row} [[topic=${labelOf(row)}]]`;

/** A batch is short, so that weather changes between two. */
const batchRows = 250;

/** A server with an endpoint that answers as each conversation says. */
export interface Scene {
  /** Empty at first; removed in the end. */
  readonly folder: string;
  readonly config: string;
  readonly server: Watched;
  /** Labels rows `from` to `to`; every row has its own label, else this throws. The ledgers added up. */
  label(from: number, to: number): Promise<{ readonly calls: number; readonly stored: number }>;
  /** `semtel_store_errors_total`, both operations. */
  storeErrors(): Promise<number>;
  /** How often the server has said this. */
  said(words: string): number;
}

interface Setting {
  /** YAML of the store; the default file in the folder of the settings where absent. */
  readonly store?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
  /** Milliseconds of each call. */
  readonly latencyMs?: number;
}

/** Plays `act` in a scene of its own; the server must end well, with no word but warnings. */
export async function play(
  { store = '', env = {}, node = [], latencyMs = 20 }: Setting,
  act: (scene: Scene) => Promise<string>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-weather-'));
  const origin = `http://127.0.0.1:${await freePort()}`;
  const [listen, status] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const config = join(folder, 'semtel.yaml');
  writeFileSync(
    config,
    `listen: ${listen}\nstatus: ${status}\n${store}\nmodels: { default: { endpoints: [{ base_url: "${origin}/v1", model: m }] } }\n`,
  );
  const control = JSON.stringify({ answers: 'marked', latency_ms: latencyMs });
  const simulator = startMeasured('src/cli/main.ts', [
    'simulate',
    '--port',
    new URL(origin).port,
    '--control',
    control,
  ]);
  await untilAnswers(`${origin}/semtel/stats`);
  const server = startWatched(['serve', '--config', config, '--log-level', 'warn'], { env, node });
  await untilAnswers(`http://${status}/readyz`);
  const client = connect(listen);
  const scene: Scene = {
    folder,
    config,
    server,
    async label(from, to) {
      const sum = { calls: 0, stored: 0 };
      for (let at = from; at < to; at += batchRows) {
        const ledger = await labelBatch(client, at, Math.min(at + batchRows, to));
        sum.calls += ledger.calls;
        sum.stored += ledger.stored;
      }
      return sum;
    },
    async storeErrors() {
      const metrics = await (await fetch(`http://${status}/metrics`)).text();
      return [...metrics.matchAll(/^semtel_store_errors_total\{.*\} (\d+)$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    },
    said: (words) => server.words.filter((line) => line.includes(words)).length,
  };
  try {
    const words = await act(scene);
    assert.equal(await server.stop(), 0);
    assert.deepEqual(
      server.words.filter((line) => !line.includes('"level":40')),
      [],
    );
    return words;
  } finally {
    client.close();
    server.kill('SIGKILL');
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function labelBatch(
  client: ReturnType<typeof connect>,
  from: number,
  to: number,
): Promise<Readonly<Ledger>> {
  const texts = Array.from({ length: to - from }, (_, index) => conversationOf(from + index));
  const ipc = tableToIPC(new Table({ conversation: vectorFromArray(texts, new Utf8()) }), 'stream');
  const { batch, ledger } = await client.classify(
    { classifiers: ['topic'] },
    { ipc, rowCount: texts.length },
    { timeoutMs: 60_000 },
  );
  const rows = jsonRows(batch.ipc) as unknown as { readonly topic: { readonly label: string } }[];
  for (const [index, { topic }] of rows.entries()) assert.equal(topic.label, labelOf(from + index));
  assert.deepEqual([rows.length, ledger.ok], [texts.length, texts.length]);
  return ledger;
}
