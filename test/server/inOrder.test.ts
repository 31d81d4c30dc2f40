import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerInOrder } from '../../src/server/inOrder.ts';
import { settled } from '../fakeClock.ts';

/** Requests 0..count-1, counting those read. */
function source(count: number) {
  const read = { count: 0 };
  async function* requests() {
    for (let i = 0; i < count; i++) {
      read.count++;
      yield i;
    }
  }
  return { read, requests: requests() };
}

test('every request is answered once, in order, whatever order the work ends in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.scheduler(),
      async (count, atOnce, scheduler) => {
        const sent: number[] = [];
        let open = 0;
        let most = 0;
        const done = answerInOrder(
          source(count).requests,
          async (request) => {
            most = Math.max(most, ++open);
            await scheduler.schedule(Promise.resolve());
            open--;
            return request;
          },
          async (answer) => {
            await scheduler.schedule(Promise.resolve());
            sent.push(answer);
          },
          atOnce,
        );
        await scheduler.waitFor(done);
        assert.deepEqual(
          sent,
          Array.from({ length: count }, (_, i) => i),
        );
        assert.ok(most <= atOnce);
      },
    ),
  );
});

test('a client that takes no answer is not read from beyond the bound', async () => {
  const { read, requests } = source(100);
  void answerInOrder(
    requests,
    async (request) => request,
    () => new Promise<void>(() => {}),
    4,
  );
  for (let i = 0; i < 50; i++) await settled();
  assert.equal(read.count, 4);
});

test('a failure ends the whole after the answers before it, also while the next request is waited for', async () => {
  const sent: number[] = [];
  async function* requests() {
    yield* [0, 1, 2];
    await new Promise(() => {});
  }
  const done = answerInOrder(
    requests(),
    async (request) => {
      if (request === 1) throw new Error('batch 1');
      return request;
    },
    async (answer) => void sent.push(answer),
    4,
  );
  await assert.rejects(done, /batch 1/);
  await settled();
  assert.deepEqual(sent, [0]);
});
