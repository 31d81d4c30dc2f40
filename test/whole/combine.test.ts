import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchOf, rowsOf, withStack } from './stack.ts';

const classifiers = ['topic', 'expertise', 'satisfaction'];
const topics = ['Health', 'Travel', 'Food'];
const texts = Array.from(
  { length: 30 },
  (_, n) =>
    `Question ${n} [[topic=${topics[n % 3]}]] [[expertise=Expert]] [[satisfaction.sat_gratitude=${n % 11}]]`,
);

/** What every door and way must agree on. */
function answers(ipc: Uint8Array): unknown[] {
  return rowsOf(ipc).map((row) =>
    classifiers.map((name) => {
      const { label, score, status, prompt_digest } = row[name] as Record<string, unknown>;
      return { label, score, status, prompt_digest };
    }),
  );
}

test('combined, a row costs one call, its bill is split, and the answers are those asked alone', async () => {
  await withStack({ answers: 'marked' }, async ({ client, simulator }) => {
    const alone = await client.classify({ classifiers, refresh: true }, batchOf(texts));
    const before = simulator.stats().endpoints['']!;
    const combined = await client.classify({ classifiers, combine: true, refresh: true }, batchOf(texts));
    const after = simulator.stats().endpoints['']!;
    assert.equal(alone.ledger.calls, 90);
    assert.equal(combined.ledger.calls, 30);
    assert.equal(combined.ledger.ok, 90);
    assert.deepEqual(answers(combined.batch.ipc), answers(alone.batch.ipc));
    assert.equal(combined.ledger.prompt_tokens, after.prompt_tokens - before.prompt_tokens);
    for (const row of rowsOf(combined.batch.ipc))
      for (const name of classifiers)
        assert.equal((row[name] as { call_questions: number }).call_questions, 3);
  });
});

test('where one part cannot be read, only that classifier is asked again, alone', async () => {
  await withStack({ answers: 'marked', faults: { dropped_item: 1 } }, async ({ client, bodies }) => {
    const { ledger } = await client.classify({ classifiers, combine: true }, batchOf(texts.slice(0, 1)));
    const again = bodies.slice(1).map((body) => JSON.parse(body).messages.length);
    assert.ok(ledger.calls > 1 && ledger.calls < 4, `${ledger.calls} calls`);
    assert.ok(again.every((messages) => messages === 4));
    assert.ok(ledger.ok >= 2);
  });
});
