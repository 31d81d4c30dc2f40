import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile, type Rows, world } from './world.ts';

const tpm = 6_000_000;

for (const window of ['continuous', '1s'] as const) {
  test(`${window}: two servers with half a share each use 95 % of one quota together`, async () => {
    const party = { backend: { tpm, window, headers: true }, config: { tpm, share: 0.5 } };
    const { backends, clock, close, work } = world([party], { seed: 1 }, 2);
    for (const engine of [0, 1]) work({ outstanding: 300, engine });
    await clock.run(120_000);
    await close();
    const [share, refused] = [backends[0]!.share(30, 120), backends[0]!.refusedPart(30, 120)];
    assert.ok(share >= 0.95 && refused <= 0.005, `${share}, ${refused}`);
  });
}

test('nine jobs of 1,000 rows beside one of 100,000 take 1.2 times their fair time at most', async () => {
  const { clock, close, work } = world([{ backend: { tpm, headers: true } }], { seed: 1 });
  work({ outstanding: 20_000, count: 100_000, jobId: 'large' });
  const small = Array.from({ length: 9 }, (_, i) =>
    work({ outstanding: 1_000, count: 1_000, jobId: `small ${i}` }),
  );
  await clock.run(150_000);
  await close();
  // A tenth of the quota for each, at about 1,090 tokens a row.
  const fairMs = (1_000 * 10 * 1_090 * 60_000) / tpm;
  const latestMs = Math.max(...small.map(({ endedMs }) => endedMs));
  assert.ok(small.every(({ done }) => done === 1_000) && latestMs <= 1.2 * fairMs, `${latestMs}, ${fairMs}`);
});

test('1 % of calls that hang cost a batch 1.2 attempt timeouts at most', async () => {
  const p99Ms = async (hangs: number) => {
    const { backends, clock, close, work } = world([{ backend: {} }], { seed: 1 });
    work({ outstanding: 50, count: 500 });
    await clock.run(20_000);
    backends[0]!.hangs = hangs;
    const batches: { readonly startMs: number; readonly rows: Rows }[] = [];
    for (let i = 0; i < 300; i++) {
      batches.push({ startMs: clock.now(), rows: work({ outstanding: 16, count: 16 }) });
      await clock.run(clock.now() + 1_000);
    }
    await clock.run(clock.now() + 60_000);
    await close();
    assert.ok(batches.every(({ rows }) => rows.done === 16));
    return percentile(
      batches.map(({ startMs, rows }) => rows.endedMs - startMs),
      0.99,
    );
  };
  const [clean, hanging] = [await p99Ms(0), await p99Ms(0.01)];
  assert.ok(hanging <= clean + 1.2 * 5_000, `${hanging}, ${clean}`);
});
