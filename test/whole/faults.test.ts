import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imbalance } from '../../src/base/ledger.ts';
import { defaultTuning } from '../../src/llm/config.ts';
import { until } from '../until.ts';
import { closeGate } from './gate.ts';
import { batchOf, rowsOf, withStack } from './stack.ts';

/** One more than an endpoint that answers nobody is given before it is only probed. */
const resets = defaultTuning.ejectAfter + 1;
const marked = (count: number) =>
  Array.from({ length: count }, (_, n) => `Question ${n} [[topic=${n % 2 === 0 ? 'Health' : 'Travel'}]]`);

function assertOwnLabels(ipc: Uint8Array, texts: readonly string[]): void {
  rowsOf(ipc).forEach((row, index) => {
    const { status, label } = row.topic as { status: string; label: string };
    assert.equal(row.id, `r${index}`);
    assert.equal(status, 'ok');
    assert.ok(texts[index]!.includes(`[[topic=${label}]]`));
  });
}

test('every row gets its own label, in order, with nulls and empties skipped', async () => {
  await withStack({ answers: 'marked', latency_ms: 5, latency_sigma: 1 }, async ({ client }) => {
    const texts = [...marked(300), null, '', '   '];
    const { batch, ledger } = await client.classify({ classifiers: ['topic'], id: 'id' }, batchOf(texts));
    assert.equal(imbalance(ledger), 0);
    assert.deepEqual([ledger.rows, ledger.ok, ledger.skipped], [303, 300, 3]);
    const rows = rowsOf(batch.ipc);
    assert.equal(rows.length, 303);
    const codes = rows.slice(300).map((row) => (row.topic as { error_code: string }).error_code);
    assert.deepEqual(codes, ['null', 'empty', 'empty']);
  });
});

test('faults of the endpoint cost no row: refused, reset, failing and unreadable replies together', async () => {
  const faults = { '500': 0.05, reset: 0.05, '429': 0.05, fenced: 0.1, prose: 0.1, wrong_case: 0.1 };
  await withStack({ answers: 'marked', seed: 3, faults }, async ({ client }) => {
    const texts = marked(400);
    const { batch, ledger } = await client.classify({ classifiers: ['topic'], id: 'id' }, batchOf(texts));
    assert.equal(ledger.ok, 400);
    assertOwnLabels(batch.ipc, texts);
  });
});

test('an endpoint that stops and starts again during a batch delays its rows, and loses none', async () => {
  await withStack({ answers: 'marked' }, async ({ client, simulator }) => {
    const texts = marked(40);
    simulator.control({ faults: { reset: 1 } });
    const work = client.classify({ classifiers: ['topic'], id: 'id' }, batchOf(texts));
    await until(() => (simulator.stats().endpoints['']?.faults.reset ?? 0) >= resets);
    simulator.control({ faults: { reset: 0 } });
    const { batch, ledger } = await work;
    assert.equal(ledger.ok, 40);
    assertOwnLabels(batch.ipc, texts);
  });
});

for (const [fault, words] of [
  ['401', /401/],
  ['403', /403/],
  ['404', /404/],
  ['insufficient_quota', /429 .*insufficient_quota/],
] as const) {
  test(`an account that every endpoint refuses with ${fault} ends the exchange FAILED_PRECONDITION with the reason`, async () => {
    await withStack({ answers: 'marked', faults: { [fault]: 1 } }, async ({ client }) => {
      const work = client.classify({ classifiers: ['topic'], jobId: 'locked-out' }, batchOf(marked(20)));
      await assert.rejects(work, { kind: 'endpoints_rejected', message: words });
      assert.equal((await client.getJob('locked-out')).state, 'REJECTED');
    });
  });
}

test('garbage is refused in words, and the next batch is answered', async () => {
  await withStack({ answers: 'marked' }, async ({ client }) => {
    const { ipc } = batchOf(marked(10));
    const ask = (bytes: Uint8Array, rowCount: number) =>
      client.classify({ classifiers: ['topic'] }, { ipc: bytes, rowCount });
    await assert.rejects(ask(new TextEncoder().encode('[{"conversation":"hi"}]'), 1), {
      kind: 'bad_arrow',
      message: /JSON/,
    });
    await assert.rejects(ask(new Uint8Array(), 0), { kind: 'bad_arrow' });
    await assert.rejects(ask(ipc.subarray(0, ipc.length / 2), 10), { kind: 'bad_arrow' });
    await assert.rejects(ask(ipc, 11), { kind: 'row_count' });
    await assert.rejects(
      client.classify({ classifiers: ['topic'], conversation: 'chat' }, { ipc, rowCount: 10 }),
      { kind: 'missing_column', message: /conversation/ },
    );
    assert.equal((await ask(ipc, 10)).ledger.ok, 10);
  });
});

test('a client that goes away stops its calls; the rows of others go on', async () => {
  await withStack({ answers: 'marked' }, async ({ client, service, simulator }) => {
    const open = await closeGate(simulator);
    const abort = new AbortController();
    const gone = client.classify({ classifiers: ['topic'], jobId: 'gone' }, batchOf(marked(50)), {
      signal: abort.signal,
    });
    const stays = client.classify({ classifiers: ['topic'], jobId: 'stays' }, batchOf(marked(10)));
    const refused = assert.rejects(gone, { kind: 'cancelled' });
    const waiting = () => service.jobs().reduce((sum, { rowsWaiting }) => sum + rowsWaiting, 0);
    await until(() => waiting() === 60 && simulator.stats().endpoints['']!.queued > 0);
    abort.abort();
    await refused;
    await until(() => service.job('gone').rowsWaiting === 0);
    open();
    assert.equal((await stays).ledger.ok, 10);
    assert.equal(service.job('gone').ledger.cancelled, 50);
  });
});

test('rows that run out of time say what their endpoint did', async () => {
  const dead = 'timeouts: { row_s: 2 }';
  await withStack(
    { answers: 'marked', faults: { '500': 1 } },
    async ({ client }) => {
      const { batch, ledger } = await client.classify({ classifiers: ['topic'] }, batchOf(marked(5)));
      assert.equal(ledger.failed, 5);
      for (const row of rowsOf(batch.ipc)) {
        const { error_code, error_message, attempts, endpoint } = row.topic as Record<string, unknown>;
        assert.equal(error_code, 'deadline');
        assert.match(String(error_message), /endpoint "sim".*500/);
        assert.equal(endpoint, Number(attempts) > 0 ? 'sim' : null);
      }
    },
    { settings: dead },
  );
});
