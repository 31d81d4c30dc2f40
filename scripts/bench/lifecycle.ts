/**
 * A server process: from its start until it serves, with an empty store and one of a million answers; from SIGTERM until
 * it says NOT_SERVING, at rest and with 512 calls open beside a job at full speed; from a client's cancel until the model
 * is asked nothing more. Milliseconds, least and most of `--rounds`. The client and the simulated endpoint share a
 * process, so they take CPU from the server.
 *
 *   node scripts/bench/lifecycle.ts [--rounds 3] [--answers 1000000]
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../../src/server/client.ts';
import { startSimulator } from '../../src/simulate/simulator.ts';
import { openSqliteFile } from '../../src/store/sqliteFile.ts';
import { type ServeProcess, startServe, withFolder } from '../../test/whole/serveProcess.ts';
import { freshBatch } from '../soak/batches.ts';
import { openExchanges } from './openExchanges.ts';
import { watchHealth } from './watchHealth.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, answers: { type: 'string', default: '1000000' } },
});
const simulator = await startSimulator({ port: 0, control: { answers: 'hash', latency_ms: 600_000 } });
simulator.control({ endpoint: 'fast', latency_ms: 20 });
const endpoints = (path: string) => `{ endpoints: [{ base_url: "${simulator.url}${path}/v1", model: m }] }`;
const settings = `models: { default: ${endpoints('')}, fast: ${endpoints('/fast')} }\ntimeouts: { drain_s: 1 }\n`;

function fill(path: string, answers: number): void {
  const file = openSqliteFile({ path, maxBytes: 2 ** 32, ttlMs: 1e9 });
  const answer = JSON.stringify({
    outputs: { label: 'Health', subtopic: 'Sleep' },
    model: 'm',
    endpoint: 'e',
  });
  const atOnce = 10_000;
  for (let done = 0; done < answers; done += atOnce)
    file.write(Array.from({ length: atOnce }, () => [randomBytes(16).toString('hex'), answer] as const));
  file.close();
}

/** From SIGTERM until those who watch its health are told. */
async function stopped(server: ServeProcess): Promise<number> {
  const health = watchHealth(server.address);
  await health.watched();
  const toldMs = performance.now();
  server.kill('SIGTERM');
  await health.watched();
  const ms = performance.now() - toldMs;
  health.close();
  return ms;
}

/** A job that always has four batches at the server, until the server goes. */
function load(server: ServeProcess): { readonly ended: Promise<unknown>; readonly answered: () => number } {
  const client = connect(server.address);
  let rows = 0;
  const worker = async () => {
    for (;;) {
      const { ledger } = await client.classify(
        { classifiers: ['topic'], model: 'fast', jobId: 'load' },
        freshBatch(256, 2_000),
      );
      rows += ledger.ok;
    }
  };
  const ended = Promise.allSettled([worker(), worker(), worker(), worker()]).then(() => client.close());
  return { ended, answered: () => rows };
}

async function openCalls(server: ServeProcess, count: number) {
  const client = connect(server.address);
  const open = openExchanges(server.address, count, 'open');
  const waiting = async () => (await client.getJob('open').catch(() => ({ rowsWaiting: 0 }))).rowsWaiting;
  while ((await waiting()) < count);
  client.close();
  return open;
}

async function cancelled(server: ServeProcess): Promise<number> {
  const client = connect(server.address);
  await client.classify({ classifiers: ['topic'], model: 'fast', jobId: 'one' }, freshBatch(1, 1_000));
  const before = simulator.stats().endpoints['']?.aborted ?? 0;
  const abort = new AbortController();
  const call = client
    .classify({ classifiers: ['topic'], jobId: 'mine' }, freshBatch(256, 1_000), { signal: abort.signal })
    .catch(() => {});
  const counts = () => simulator.stats().endpoints['']!;
  while ((counts()?.in_flight ?? 0) === 0) await nextTurn();
  const inFlight = counts().in_flight;
  const ms = performance.now();
  abort.abort();
  while (counts().aborted - before < inFlight) await nextTurn();
  const took = performance.now() - ms;
  await call;
  client.close();
  return took;
}

const results = new Map<string, number[]>();
const note = (what: string, ms: number) => results.set(what, [...(results.get(what) ?? []), ms]);

for (let round = 0; round < Number(values.rounds); round++) {
  await withFolder(async (folder) => {
    const atRest = await startServe(folder, settings);
    note('start, empty store', atRest.startMs);
    note('cancel until the model is asked nothing more', await cancelled(atRest));
    note('SIGTERM until NOT_SERVING, at rest', await stopped(atRest));
    await atRest.ended;
  });
}
await withFolder(async (folder) => {
  fill(join(folder, '.semtel/store.sqlite'), Number(values.answers));
  for (let round = 0; round < Number(values.rounds); round++) {
    const server = await startServe(folder, settings);
    note(`start, ${values.answers} answers`, server.startMs);
    const loaded = load(server);
    while (loaded.answered() < 5_000) await nextTurn();
    const open = await openCalls(server, 512);
    note('SIGTERM until NOT_SERVING, 512 calls open and a job at full speed', await stopped(server));
    const endMs = performance.now();
    await Promise.all(open.statuses);
    note('then until the last call had ended (drain_s: 1)', performance.now() - endMs);
    await Promise.all([server.ended, loaded.ended]);
    open.close();
  }
});
await simulator.close();

for (const [what, ms] of results)
  console.log(`${Math.round(Math.min(...ms))} to ${Math.round(Math.max(...ms))} ms   ${what}`);
