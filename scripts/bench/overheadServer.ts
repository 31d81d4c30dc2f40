/** semtel as overhead.ts and profile.ts measure it: a server process of its own before a simulated endpoint. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/server/client.ts';
import { batchesOf } from './batches.ts';
import { type Measured, startMeasuredServer, startMeasuredSimulator, writeConfig } from './measured.ts';
import { overheadRows } from './overheadRows.ts';

const batchRows = 256;
const simulatorPort = 18_199;
const listen = '127.0.0.1:18215';
const status = '127.0.0.1:18264';

/** Asks `count` rows, the first of them numbered `from`; gives the milliseconds it took. */
export type Candidate = (count: number, from: number) => Promise<number>;

/** Enough for compilers, connections and the engine's concurrency to settle. */
export function warmUpRows(rows: number): number {
  return Math.max(rows / 2, 10_000);
}

/** An endpoint that answers each request after `latencyMs`, without limits. */
export async function startSimulator(latencyMs: number): Promise<{ process: Measured; origin: string }> {
  const origin = `http://127.0.0.1:${simulatorPort}`;
  const control = { answers: 'hash', latency_ms: latencyMs, latency_sigma: 0 };
  const process = await startMeasuredSimulator(origin, control);
  return { process, origin };
}

/** `semtel serve` with one endpoint, and the way of rows through it over gRPC. */
export async function startServer(
  origin: string,
  concurrency: number,
): Promise<{ process: Measured; ask: Candidate }> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-bench-'));
  const file = writeConfig(folder, { listen, status, origin, maxConcurrency: concurrency });
  const process = await startMeasuredServer(file, status);
  return { process, ask: askServer(concurrency) };
}

function askServer(concurrency: number): Candidate {
  const client = connect(listen);
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
