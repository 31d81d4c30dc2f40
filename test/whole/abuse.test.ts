import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  gzipBomb,
  openIdle,
  pour,
  resetStreams,
  sendBombs,
  sendHeaders,
  sendUnfinished,
  useStream,
} from '../../scripts/soak/abusers.ts';
import { batchOf, type Stack, withStack } from './stack.ts';

/** Texts that nobody has asked about before. */
let asked = 0;
const texts = (rows: number, bytes = 100) =>
  Array.from({ length: rows }, () => `${asked++} ${'a word '.repeat(bytes / 7)}`);

/** How far the memory of this process, clients included, rises while `work` goes on. */
async function riseOf(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  await work.finally(() => clearInterval(watch));
  return (peak - before) / 1e6;
}

/** Another job, over a connection of its own, is answered while the abuse goes on. */
async function assertAnswered({ client }: Stack, rows = 200): Promise<void> {
  const { ledger } = await client.classify(
    { classifiers: ['topic'], jobId: 'neighbour' },
    batchOf(texts(rows)),
  );
  assert.equal(ledger.ok, rows);
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(5);
}

test('clients that read no answers are not read from, and leave nothing behind', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    const names = ['stalled1', 'stalled2', 'stalled3', 'stalled4'];
    await assertAnswered(stack);
    const rises = riseOf(
      (async () => {
        const pours = names.map((jobId) =>
          pour(stack.address, () => batchOf(texts(200, 1_400)), { jobId, model: '', reads: false }),
        );
        await Promise.all(pours.map((each) => each.stalled(500)));
        // Answers of 200 rows fill the window of 64 KB; then four are worked on and some are on their way.
        for (const { taken } of pours) assert.ok(taken <= 20, `${taken} batches were taken`);
        await assertAnswered(stack);
        for (const each of pours) each.close();
        await until(() => names.every((name) => stack.service.job(name).rowsWaiting === 0));
      })(),
    );
    const rise = await rises;
    // The batches themselves are 4 x 20 x 0.3 MB; most is garbage not yet collected.
    assert.ok(rise < 800, `memory rose by ${rise} MB`);
  });
});

test('of a client that never stops sending, four batches are taken in and the rest stays with it', async () => {
  await withStack(
    { answers: 'hash', latency_ms: 200 },
    async (stack) => {
      const names = Array.from({ length: 8 }, (_, n) => `pour${n}`);
      const pours = names.map((jobId) =>
        pour(stack.address, () => batchOf(texts(2_000, 700)), { jobId, model: '', reads: true }),
      );
      await Promise.all(pours.map((each) => each.stalled(500)));
      for (const name of names) assert.ok(stack.service.job(name).rowsWaiting <= 4 * 2_000);
      for (const { taken } of pours) assert.ok(taken <= 8, `${taken} batches were taken`);
      await assertAnswered(stack, 5);
      for (const each of pours) each.close();
      await until(() => names.every((name) => stack.service.job(name).rowsWaiting === 0));
    },
    { endpoint: ', max_concurrency: 4' },
  );
});

test('bombs of 1 GiB are RESOURCE_EXHAUSTED, and few are unpacked at a time, none as a whole', async () => {
  await withStack(
    { answers: 'hash' },
    async (stack) => {
      const bomb = gzipBomb(2 ** 30);
      const bombs = sendBombs(stack.address, bomb, 32);
      const rise = await riseOf(Promise.all([bombs, assertAnswered(stack)]));
      assert.deepEqual(new Set(await bombs), new Set(['grpc 8']));
      // All 32 at once would be a gigabyte.
      assert.ok(rise < 700, `memory rose by ${rise} MB`);
    },
    { settings: 'limits: { message_bytes: 33554432 }' },
  );
});

test('messages that never end are held up to the limit; those beyond are told to come back', async () => {
  await withStack(
    { answers: 'hash' },
    async (stack) => {
      const unfinished = sendUnfinished(stack.address, 16 << 20, 40, 4_000);
      const rise = await riseOf(Promise.all([unfinished, assertAnswered(stack)]));
      const statuses = await unfinished;
      const open = statuses.filter((status) => status === 'open');
      assert.ok(open.length <= 4, `${open.length} stay open`);
      for (const status of statuses) assert.match(status, /^(open|grpc 14)$/);
      // All 40 would be 670 MB, and as much again in the client.
      assert.ok(rise < 1_000, `memory rose by ${rise} MB`);
      await assertAnswered(stack, 10);
    },
    { settings: 'limits: { message_bytes: 33554432, inflight_bytes: 67108864 }' },
  );
});

test('10,000 streams that are opened and reset cost their connections, and nobody else’s', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    const resets = resetStreams(stack.address, 10_000);
    const rise = await riseOf(Promise.all([resets, assertAnswered(stack)]));
    // HTTP/2's own bound on rapid resets closes a connection after about a thousand.
    assert.ok((await resets) > 3);
    assert.ok(rise < 300, `memory rose by ${rise} MB`);
    await assertAnswered(stack, 10);
  });
});

test('63 KB of headers are read, more are refused', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    const fit = sendHeaders(stack.address, 63 * 1_024, 100);
    await assertAnswered(stack);
    // The request itself holds no batch.
    assert.deepEqual(new Set(await fit), new Set(['grpc 3']));
    for (const status of await sendHeaders(stack.address, 70_000, 3)) assert.match(status, /^http2 /);
    await assertAnswered(stack, 10);
  });
});

test('1,000 idle streams hold up nobody, and can still be used', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    const opening = openIdle(stack.address, 1_000);
    const rise = await riseOf(opening);
    assert.ok(rise < 300, `memory rose by ${rise} MB`);
    const idle = await opening;
    await assertAnswered(stack);
    assert.equal(await useStream(idle.streams[999]!, batchOf(texts(3))), 'grpc 0');
    idle.close();
    await assertAnswered(stack, 10);
  });
});
