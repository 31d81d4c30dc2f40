import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, hasRedis, startRedis } from '../store/redisServer.ts';
import { batchOf, rowsOf, withStack } from './stack.ts';

const texts = Array.from({ length: 300 }, (_, n) => `Question ${n} [[topic=Health]]`);

test('what one server was answered, another finds in their Redis; both work on when it is gone', {
  skip: hasRedis ? false : 'there is no redis-server',
}, async () => {
  const port = await freePort();
  const redis = await startRedis(port);
  const options = { settings: `store: { url: "redis://127.0.0.1:${port}" }` };
  await withStack(
    { answers: 'marked' },
    async ({ client }) => {
      const { ledger } = await client.classify({ classifiers: ['topic'] }, batchOf(texts));
      assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [300, 0, 300]);
    },
    options,
  );
  await withStack(
    { answers: 'marked', faults: { refusal: 1 } },
    async ({ client, simulator }) => {
      // A look-up on a busy machine may take longer than is waited for: what is asked then is refused, and not kept.
      const look = () => client.classify({ classifiers: ['topic'] }, batchOf(texts));
      let looked = await look();
      for (let more = 10; more > 0 && looked.ledger.calls > 0; more--) looked = await look();
      const { batch, ledger } = looked;
      assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [300, 300, 0]);
      for (const { topic } of rowsOf(batch.ipc))
        assert.equal((topic as { readonly label: string }).label, 'Health');
      simulator.control({ faults: { refusal: 0 } });
      await redis.stop();
      const more = texts.map((text) => `More: ${text}`);
      const alone = await client.classify({ classifiers: ['topic'] }, batchOf(more));
      assert.deepEqual([alone.ledger.ok, alone.ledger.calls], [300, 300]);
      // Found among those that wait to be saved.
      const again = await client.classify({ classifiers: ['topic'] }, batchOf(more));
      assert.deepEqual([again.ledger.stored, again.ledger.calls], [300, 0]);
    },
    options,
  );
});
