import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  gzipBomb,
  openIdle,
  resetStreams,
  sendBatch,
  sendBombs,
  sendHeaders,
  useStream,
} from '../../scripts/soak/abusers.ts';
import { emptyRows, freshBatch } from '../../scripts/soak/batches.ts';
import { type Pours, pour, sendUnfinished } from '../../scripts/soak/pouring.ts';
import { until } from '../until.ts';
import { type Stack, withStack } from './stack.ts';

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
    freshBatch(rows, 100),
  );
  assert.equal(ledger.ok, rows);
}

/** Until something was taken from every client, and nothing more while another job is answered. */
async function untilStalled(pours: Pours, stack: Stack, rows: number): Promise<void> {
  for (let taken = -1; ; ) {
    const now = pours.taken.reduce((sum, each) => sum + each);
    if (now === taken && pours.taken.every((each) => each > 0)) return;
    taken = now;
    await assertAnswered(stack, rows);
  }
}

async function assertNothingLeft({ jobIds }: Pours, { service }: Stack): Promise<void> {
  await until(() => jobIds.every((name) => service.job(name).rowsWaiting === 0));
}

test('clients that read no answers are not read from, and leave nothing behind', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    await assertAnswered(stack);
    const rise = await riseOf(
      (async () => {
        const pours = pour(stack.address, 2, { batches: () => freshBatch(200, 1_400), reads: false });
        await untilStalled(pours, stack, 200);
        // Answers of 200 rows fill the window of 64 KB; then four are worked on and some are on their way.
        for (const taken of pours.taken) assert.ok(taken <= 20, `${taken} batches were taken`);
        for (const status of pours.statuses) assert.equal(status, 'open');
        pours.close();
        await assertNothingLeft(pours, stack);
      })(),
    );
    // The batches themselves are 2 x 20 x 0.3 MB; most is garbage not yet collected.
    assert.ok(rise < 800, `memory rose by ${rise} MB`);
  });
});

test('answers that nobody takes are held up to the limit; the calls that hold most are reset', async () => {
  await withStack(
    { answers: 'hash' },
    async (stack) => {
      const batch = freshBatch(10, 100_000);
      const one = { batches: () => batch, passthrough: ['conversation'], reads: false };
      const clients: Pours[] = [];
      const ended = () => clients.flatMap(({ statuses }) => statuses).filter((status) => status !== 'open');
      while (ended().length === 0) {
        const client = pour(stack.address, 1, one);
        clients.push(client);
        const answered = () => client.taken[0]! >= 4 && stack.service.job('pour0').rowsWaiting === 0;
        await until(() => answered() || ended().length > 0);
      }
      assert.deepEqual(ended(), ['http2 REFUSED_STREAM']);
      // Each holds an answer of 1 MB that is on its way.
      assert.ok(clients.length >= 6 && clients.length <= 9, `${clients.length} clients`);
      await assertAnswered(stack, 10);
      for (const client of clients) client.close();
    },
    { settings: 'limits: { message_bytes: 4194304, inflight_bytes: 8388608 }' },
  );
});

test('of a client that never stops sending, four batches are taken in and the rest stays with it', async () => {
  await withStack(
    { answers: 'hash', latency_ms: 200 },
    async (stack) => {
      const pours = pour(stack.address, 3, { batches: () => freshBatch(2_000, 700), reads: true });
      const waiting = (name: string) => stack.service.job(name).rowsWaiting;
      await untilStalled(pours, stack, 5);
      for (const name of pours.jobIds) assert.ok(waiting(name) <= 4 * 2_000);
      for (const taken of pours.taken) assert.ok(taken <= 8, `${taken} batches were taken`);
      pours.close();
      await assertNothingLeft(pours, stack);
    },
    { endpoint: ', max_concurrency: 4' },
  );
});

test('a batch of 10 M rows is refused, whatever number it declares, and is not read', async () => {
  await withStack({ answers: 'hash' }, async (stack) => {
    const batch = emptyRows(10_000_000);
    const rise = await riseOf(
      (async () => {
        const [declared, hidden] = [
          sendBatch(stack.address, batch),
          sendBatch(stack.address, { ...batch, rowCount: 10 }),
        ];
        await assertAnswered(stack);
        assert.deepEqual(await Promise.all([declared, hidden]), ['grpc 3', 'grpc 3']);
      })(),
    );
    // Two messages of 40 MB, at the client and at the server.
    assert.ok(rise < 500, `memory rose by ${rise} MB`);
    assert.equal(stack.bodies.length, 200);
  });
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
      const unfinished = sendUnfinished(stack.address, 16 << 20, 40);
      // Four fit.
      const refused = until(() => unfinished.statuses.length >= 36);
      const rise = await riseOf(Promise.all([refused, assertAnswered(stack)]));
      assert.deepEqual(new Set(unfinished.statuses), new Set(['grpc 14']));
      // All 40 would be 670 MB, and as much again in the client.
      assert.ok(rise < 1_000, `memory rose by ${rise} MB`);
      await assertAnswered(stack, 10);
      unfinished.close();
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
    assert.deepEqual(await sendHeaders(stack.address, 65 * 1_024, 1), ['http2 REFUSED_STREAM']);
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
    assert.equal(await useStream(idle.streams[999]!, freshBatch(3, 100)), 'grpc 0');
    idle.close();
    await assertAnswered(stack, 10);
  });
});
