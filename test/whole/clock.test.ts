import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { batchOf, withStack } from './stack.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

test('a wall clock that jumps ends no call early, loses no row and no kept answer', async (t) => {
  await withStack({ answers: 'hash', latency_ms: 100 }, async ({ client, bodies }) => {
    const ask = (texts: readonly string[]) =>
      client.classify({ classifiers: ['topic'] }, batchOf(texts), { timeoutMs: 60_000 });
    const real = Date.now;
    let offset = 0;
    const wallClock = t.mock.method(Date, 'now', () => real() + offset);
    const all: string[] = [];
    for (const jump of [hourMs, -hourMs, dayMs, -dayMs]) {
      const texts = Array.from({ length: 20 }, (_, n) => `${jump} ${n}`);
      all.push(...texts);
      const asked = bodies.length;
      const answered = ask(texts);
      // In the middle of its calls.
      await until(() => bodies.length > asked);
      offset += jump;
      assert.equal((await answered).ledger.ok, texts.length);
    }
    const { ledger } = await ask(all);
    assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [80, 80, 0]);
    wallClock.mock.restore();
  });
});
