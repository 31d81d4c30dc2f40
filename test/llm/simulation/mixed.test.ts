import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from './world.ts';

/** About 48 calls a second. */
const tpm = 3_000_000;
const metered = { backend: { tpm, headers: true } };

test('beside an endpoint with a quota one that nobody limits is kept busy, and takes nothing from it', async () => {
  // 64 slots of half a second: about 120 calls a second.
  const { backends, clock, close, work } = world([metered, { backend: { slots: 64 } }], { seed: 1 });
  const rows = work({ outstanding: 600 });
  await clock.run(180_000);
  await close();
  const [quota, slots] = backends.map((backend) => backend.share(60, 180)) as [number, number];
  assert.ok(quota >= 0.97 && slots >= 0.94, `${quota}, ${slots}`);
  assert.ok(rows.lost === 0 && backends.every((backend) => backend.refusedPart(60, 180) <= 0.005));
});

test('a cheap endpoint goes first, a dear one helps while it is full, and no longer', async () => {
  const dear = { ...metered, config: { priority: 1 } };
  const { backends, clock, close, work } = world([dear, metered], { seed: 1 });
  // Ten at a time are about 19 calls a second.
  work({ outstanding: 10 });
  await clock.run(60_000);
  work({ outstanding: 600, count: 90 * 60 });
  await clock.run(180_000);
  await close();
  const shares = (fromS: number, toS: number) => backends.map((backend) => backend.share(fromS, toS));
  const [before, full, after] = [shares(0, 60), shares(70, 110), shares(150, 180)];
  assert.ok(before[0]! < 0.01 && before[1]! > 0.3, `${before}`);
  assert.ok(full[0]! >= 0.97 && full[1]! >= 0.97, `${full}`);
  assert.ok(after[0]! < 0.01 && after[1]! > 0.3, `${after}`);
});
