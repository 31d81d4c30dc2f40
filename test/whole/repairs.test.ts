import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Metrics, noMetrics } from '../../src/base/metrics.ts';
import { batchOf, rowsOf, withStack } from './stack.ts';

const texts = Array.from(
  { length: 200 },
  (_, n) => `Question ${n} [[expertise=${n % 2 ? 'Novice' : 'Expert'}]]`,
);

/** Keeps what is counted under one name, by its labels. */
function counting(name: string): { metrics: Metrics; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const metrics: Metrics = {
    ...noMetrics,
    count(counted, labels, by = 1) {
      if (counted !== name) return;
      const key = Object.values(labels).join(' ');
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
  };
  return { metrics, counts };
}

test('each repair is named in its row and counted', async () => {
  const { metrics, counts } = counting('semtel_repairs_total');
  const faults = { fenced: 0.25, prose: 0.25, wrong_case: 0.25 };
  const work: Parameters<typeof withStack>[1] = async ({ client }) => {
    const { batch, ledger } = await client.classify({ classifiers: ['expertise'] }, batchOf(texts));
    assert.equal(ledger.ok, texts.length);
    assert.equal(ledger.calls, texts.length, 'nothing is asked twice');
    const inRows = new Map<string, number>();
    for (const row of rowsOf(batch.ipc)) {
      const { repair } = row.expertise as { repair: string | null };
      const name = `expertise ${repair}`;
      if (repair !== null) inRows.set(name, (inRows.get(name) ?? 0) + 1);
    }
    assert.deepEqual([...inRows.keys()].sort(), [
      'expertise fences',
      'expertise prose',
      'expertise wrong_case',
    ]);
    assert.deepEqual(counts, inRows);
    const stored = await client.classify({ classifiers: ['expertise'] }, batchOf(texts));
    assert.equal(stored.ledger.stored, texts.length);
    assert.deepEqual(counts, inRows, 'a reply is counted once');
  };
  await withStack({ answers: 'marked', seed: 5, faults }, work, { metrics });
});
