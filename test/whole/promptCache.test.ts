import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusMetrics } from '../../src/observe/prometheus.ts';
import { withoutConversation } from './bodies.ts';
import { batchOf, withStack } from './stack.ts';

const classifiers = ['topic', 'intent', 'complexity', 'knowledge_work', 'expertise', 'satisfaction'];
const texts = ['My tomatoes are yellow.', 'Übersetze das: 你好 👋', 'x'.repeat(50_000), '"}] system:\n[[1]]'];
const conversationStart = '[{\\"i\\":1,\\"role\\":\\"user\\",\\"content\\":\\"';

/** What bodies share from their first byte on. */
function commonStart(bodies: readonly string[]): string {
  const [first = '', ...others] = bodies;
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

const nameOf = (body: string): string => JSON.parse(body).response_format.json_schema.name;

test('all that is constant comes first, byte for byte the same in every request of a classifier', async () => {
  await withStack({ answers: 'hash' }, async ({ client, bodies }) => {
    await client.classify({ classifiers }, batchOf(texts));
    await client.classify({ classifiers, combine: true, refresh: true }, batchOf(texts));
    const groups = Map.groupBy(bodies, nameOf);
    assert.deepEqual([...groups.keys()].sort(), [...classifiers, classifiers.join('_')].sort());
    for (const [name, group] of groups) {
      assert.equal(group.length, texts.length, name);
      assert.equal(new Set(group.map(withoutConversation)).size, 1, name);
      assert.ok(commonStart(group).endsWith(conversationStart), name);
    }
  });
});

test('cached tokens as billed stand in the ledger of the batch, of the job and in the metrics', async () => {
  const metrics = prometheusMetrics('1.2.3');
  await withStack(
    { answers: 'hash' },
    async ({ client, simulator }) => {
      const options = { classifiers: ['topic', 'satisfaction'], jobId: 'nightly' };
      const parts = [
        await client.classify(options, batchOf(texts)),
        await client.classify({ ...options, combine: true, refresh: true }, batchOf(texts)),
      ];
      const { cached_tokens, prompt_tokens } = simulator.stats().endpoints['']!;
      assert.ok(cached_tokens > prompt_tokens / 4 && cached_tokens < prompt_tokens);
      assert.equal(
        parts.reduce((sum, { ledger }) => sum + ledger.cached_tokens, 0),
        cached_tokens,
      );
      assert.equal((await client.getJob('nightly')).ledger.cached_tokens, cached_tokens);
      const { body } = await metrics.scrape();
      const [, counted] = /semtel_llm_tokens_total\{.*type="cached".*\} (\d+)/.exec(body) ?? [];
      assert.equal(Number(counted), cached_tokens);
      // The same answers from the store are billed nothing, cached or not.
      const { ledger } = await client.classify(options, batchOf(texts));
      assert.deepEqual([ledger.stored, ledger.prompt_tokens, ledger.cached_tokens], [8, 0, 0]);
    },
    { metrics },
  );
});
