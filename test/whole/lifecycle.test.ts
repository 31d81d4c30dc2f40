import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openExchanges } from '../../scripts/bench/openExchanges.ts';
import { watchHealth } from '../../scripts/bench/watchHealth.ts';
import type { SemtelError } from '../../src/base/error.ts';
import { connect, type SemtelClient } from '../../src/server/client.ts';
import { flightService } from '../../src/server/proto.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { until } from '../until.ts';
import { apiKey, assertNoSecret } from './canary.ts';
import { closeGate } from './gate.ts';
import { type ServeProcess, startServe, withFolder } from './serveProcess.ts';
import { batchOf } from './stack.ts';

/** Far beyond any of these tests. */
const hangMs = 600_000;
/** Enough to ask a draining server on a busy machine. */
const drainS = 5;

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ port: 0, control: { answers: 'hash' } });
});
after(() => simulator.close());

const settings = (more = '') =>
  `models: { default: { endpoints: [{ base_url: "${simulator.url}/v1", model: m, api_key: ${apiKey} }] } }\n${more}`;

/** What a server says of its health, at each of the places where it says it. */
function healthOf({ address, status }: ServeProcess) {
  const health = watchHealth(address);
  return {
    ...health,
    async flight(): Promise<string> {
      const { path, requestSerialize, responseDeserialize } = flightService.DoAction;
      const action = { type: 'health', body: new Uint8Array(0) };
      const call = health.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, action);
      for await (const { body } of call) return (JSON.parse(String(body)) as { status: string }).status;
      throw new Error('no answer');
    },
    ready: async () => (await fetch(`${status}/readyz`)).status,
  };
}

const failureOf = (work: Promise<unknown>): Promise<SemtelError> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error) => error,
  );

const ask = (client: SemtelClient, texts: readonly string[]) =>
  client.classify({ classifiers: ['topic'], jobId: 'nightly' }, batchOf(texts));

async function rowsWait(client: SemtelClient, count: number): Promise<void> {
  const job = () => client.getJob('nightly').catch(() => ({ rowsWaiting: 0 }));
  while ((await job()).rowsWaiting < count);
}

describe('semtel serve, told to stop', () => {
  it('says so everywhere at once, refuses what is new, and ends what is unfinished as draining', async () => {
    simulator.control({ latency_ms: hangMs });
    await withFolder(async (folder) => {
      const server = await startServe(folder, settings(`timeouts: { drain_s: ${drainS} }`));
      const health = healthOf(server);
      assert.deepEqual(
        [await health.watched(), await health.checked(), await health.flight(), await health.ready()],
        ['SERVING', 'SERVING', 'SERVING', 200],
      );
      const client = connect(server.address);
      const mine = failureOf(ask(client, ['one more']));
      const others = openExchanges(server.address, 511, 'nightly');
      await rowsWait(client, 512);
      const toldMs = performance.now();
      server.kill('SIGTERM');
      assert.equal(await health.watched(), 'NOT_SERVING');
      // Promised within 100 ms; a busy machine may take its time. At the end of the drain it would be gone.
      assert(performance.now() - toldMs < drainS * 1_000);
      assert.deepEqual(
        [await health.checked(), await health.flight(), await health.ready()],
        ['NOT_SERVING', 'NOT_SERVING', 503],
      );
      for (const { kind, retryable, retryAfterMs } of [await failureOf(ask(client, ['new'])), await mine])
        assert.deepEqual([kind, retryable, retryAfterMs! > 0], ['draining', true, true]);
      assert.deepEqual(new Set(await Promise.all(others.statuses)), new Set(['grpc 14']));
      assert.equal(await server.ended, 0);
      const counts = () => simulator.stats().endpoints['']!;
      await until(() => counts().in_flight === 0);
      const { requests, aborted } = counts();
      assert.equal(aborted, requests);
      assertNoSecret([['log', server.words()]]);
      for (const each of [client, others, health]) each.close();
    });
  });

  it('answers what is open and keeps it; started again it pays for nothing twice', async () => {
    simulator.control({ latency_ms: 0 });
    const openGate = await closeGate(simulator);
    const texts = Array.from({ length: 20 }, (_, row) => `Question ${row}`);
    await withFolder(async (folder) => {
      const server = await startServe(folder, settings());
      const client = connect(server.address);
      const open = ask(client, texts);
      await rowsWait(client, texts.length);
      server.kill('SIGTERM');
      await server.said('Draining.');
      openGate();
      assert.equal((await open).ledger.ok, texts.length);
      assert.equal(await server.ended, 0);
      client.close();

      const next = await startServe(folder, settings());
      const again = connect(next.address);
      const { ledger } = await ask(again, texts);
      assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [texts.length, texts.length, 0]);
      again.close();
      next.kill('SIGINT');
      assert.equal(await next.ended, 0);
      assertNoSecret([['log', server.words() + next.words()]]);
    });
  });

  it('told twice, ends at once with 130', async () => {
    simulator.control({ latency_ms: hangMs });
    await withFolder(async (folder) => {
      const server = await startServe(folder, settings());
      const client = connect(server.address);
      const open = failureOf(ask(client, ['never answered']));
      await rowsWait(client, 1);
      server.kill('SIGTERM');
      await server.said('Draining.');
      server.kill('SIGINT');
      assert.equal(await server.ended, 130);
      const { kind, retryable } = await open;
      assert.deepEqual([kind, retryable], ['unreachable', true]);
      client.close();
    });
  });
});
