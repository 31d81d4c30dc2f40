import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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

test('classifiers that cut differently or name other models share a request where text and model are the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-combine-'));
  after(() => rmSync(folder, { recursive: true }));
  const prompt = (front: string) =>
    `---\n${front}\noutputs: { shade: { kind: string, enumValues: [red, green] } }\n---\nuser:\n{{ conversation }}\n`;
  const cut = (tokens: number) => `metadata: { semtel: { truncate: { max_tokens: ${tokens} } } }`;
  writeFileSync(join(folder, 'short.prompty'), prompt(cut(100)));
  writeFileSync(join(folder, 'long.prompty'), prompt(cut(4000)));
  writeFileSync(join(folder, 'elsewhere.prompty'), prompt('model: second'));
  await withStack(
    { answers: 'hash' },
    async ({ client }) => {
      const three = { classifiers: ['short', 'long', 'elsewhere'], combine: true };
      const calls = async (text: string, options: object = {}) =>
        (await client.classify({ ...three, ...options }, batchOf([text]))).ledger.calls;
      assert.equal(await calls('Is an apple red?'), 2);
      assert.equal(await calls('Is a pear red?', { model: 'second' }), 1);
      assert.equal(await calls('Is a plum red? '.repeat(40), { model: 'second' }), 2);
    },
    { settings: `prompts: ["${folder}"]`, models: ['second'] },
  );
});
