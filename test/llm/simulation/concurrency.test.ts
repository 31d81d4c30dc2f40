import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from './cases.ts';
import { latecomer, type Scenario, shortJob, unpaced } from './concurrency.ts';
import { world } from './world.ts';

const seeds = [1, 2, 3];
const hold = (figures: Figures, held: boolean) =>
  assert.ok(held && figures.lost === 0, JSON.stringify(figures));

function scenario(name: string, given: Scenario, held: (figures: Figures) => boolean): void {
  test(name, async () => {
    for (const seed of seeds) {
      const figures = await unpaced(given, { seed });
      hold(figures, held(figures));
    }
  });
}

scenario(
  'constant link: concurrency grows to what is configured',
  { party: { backend: { latencyMs: 1_000, sigma: 0 } }, untilS: 60, fromS: 20 },
  ({ inflight }) => inflight === 400,
);

scenario(
  '64 slots: 97 % are busy, nothing is refused, and less than two more calls wait for each that is worked on',
  { party: { backend: { slots: 64, latencyMs: 1_600 } }, untilS: 300 },
  ({ share, refused, inflight, mostInflight }) =>
    share! >= 0.97 && refused === 0 && inflight! <= 2.5 * 64 && mostInflight! <= 3.5 * 64,
);

test('64 slots, a job of 20 s: 94 % are busy and nothing is refused', async () => {
  for (const seed of seeds) {
    const figures = await shortJob({ seed });
    hold(figures, figures.share! >= 0.94 && figures.refused === 0);
  }
});

scenario(
  'slow link, 4 slots of 10 s: 94 % are busy, 4 calls wait for each at most',
  { party: { backend: { slots: 4, latencyMs: 10_000 } }, untilS: 1_200, outstanding: 32 },
  ({ share, inflight, mostInflight }) => share! >= 0.94 && inflight! <= 4 * 4 && mostInflight! <= 5 * 4,
);

scenario(
  'slow link, one slot of 20 s: it is always busy, two calls wait',
  { party: { backend: { slots: 1, latencyMs: 20_000 } }, untilS: 1_800, outstanding: 8 },
  ({ share, inflight, mostInflight }) => share! >= 0.97 && inflight! <= 3 && mostInflight! <= 5,
);

scenario(
  'slow link, two slots of 20 s: calls are kept below what an attempt has time for',
  { party: { backend: { slots: 2, latencyMs: 20_000 } }, untilS: 1_800, outstanding: 16 },
  ({ share, inflight, mostInflight }) => share! >= 0.9 && inflight! <= 5 && mostInflight! <= 7,
);

scenario(
  'jittery link, 64 slots: latencies that scatter are not taken for a queue, 90 % are busy',
  { party: { backend: { slots: 64, latencyMs: 1_000, sigma: 0.9 } }, untilS: 300 },
  ({ share, inflight }) => share! >= 0.9 && inflight! <= 3.5 * 64,
);

scenario(
  'jittery link without end: concurrency is at least five times that of the start after a minute',
  { party: { backend: { latencyMs: 1_000, sigma: 0.8 } }, untilS: 120 },
  ({ inflight }) => inflight! >= 160,
);

scenario(
  'drops at a high rate: 94 % of what is let through, 0.5 % refused',
  { party: { backend: { rpm: 2_400, latencyMs: 500, window: '1s' } }, untilS: 180 },
  ({ share, refused }) => share! >= 0.94 && refused! <= 0.0055,
);

scenario(
  'drops at a high concurrency: 80 % of it is used, 1.5 % refused',
  { party: { backend: { latencyMs: 1_000, refusesBeyond: 50 } }, untilS: 180 },
  ({ inflight, refused }) => inflight! >= 0.8 * 50 && refused! <= 0.015,
);

scenario(
  'defers: 16 slots with a queue that takes everything are 94 % busy, and the queue is held',
  { party: { backend: { slots: 16, latencyMs: 2_000 } }, untilS: 600, fromS: 120 },
  ({ share, mostInflight }) => share! >= 0.94 && mostInflight! <= 8 * 16,
);

scenario(
  'shallow knee: concurrency stays within four times the knee, the rate within a tenth of that there or above',
  {
    party: { backend: { latencyMs: 1_000, stretch: (inflight) => Math.max(1, inflight / 32) ** 0.8 } },
    untilS: 180,
  },
  ({ rate, mostInflight }) => rate! >= 0.9 * 32 && mostInflight! <= 5 * 32,
);

scenario(
  'a tenth of the calls refused by chance: after two minutes 80 % of the slots are busy',
  { party: { backend: { slots: 64, latencyMs: 1_600, busy: 0.1 } }, untilS: 300, fromS: 120 },
  ({ share }) => share! >= 0.8,
);

scenario(
  'a tenth refused by chance beside a quota that headers tell: 80 % of it is used',
  { party: { backend: { tpm: 6_000_000, headers: true, busy: 0.1 } }, untilS: 300, fromS: 120 },
  ({ share }) => share! >= 0.8,
);

scenario(
  'latency step on 64 slots: half the rate while all takes twice as long, the whole rate again after it',
  {
    party: { backend: { slots: 64, latencyMs: 1_600 } },
    untilS: 240,
    step: { fromS: 90, toS: 150, times: 2 },
  },
  ({ during, after }) => during! >= 0.46 && after! >= 0.95,
);

scenario(
  'latency step without slots: longer answers are not taken for a queue',
  { party: { backend: { latencyMs: 1_600 } }, untilS: 180, step: { fromS: 60, toS: 120, times: 3 } },
  ({ during, after }) => during! >= 0.28 && after! >= 0.95,
);

scenario(
  '1 % of calls that hang cost 64 slots less than 5 %',
  { party: { backend: { slots: 64, latencyMs: 1_600 } }, untilS: 240, hangs: 0.01 },
  ({ share, inflight }) => share! >= 0.95 && inflight! <= 3.5 * 64,
);

for (const [slots, latencyMs] of [
  [64, 2_000],
  [16, 10_000],
] as const) {
  test(`${slots} slots of ${latencyMs / 1_000} s: a small job that comes late takes twice its fair time at most`, async () => {
    for (const seed of seeds) {
      const figures = await latecomer(slots, latencyMs, { seed });
      hold(figures, figures.done === 64 && figures.times! <= 2);
    }
  });
}

test('nine jobs of 200 rows beside one of 20,000 on 64 slots take 1.2 times their fair time at most', async () => {
  const { clock, close, work } = world([{ backend: { slots: 64, latencyMs: 1_600 } }], { seed: 1 });
  work({ outstanding: 4_000, count: 20_000, jobId: 'large' });
  await clock.run(60_000);
  const small = Array.from({ length: 9 }, (_, i) =>
    work({ outstanding: 200, count: 200, jobId: `small ${i}` }),
  );
  await clock.run(300_000);
  await close();
  const fairMs = (200 * 10 * 1_670) / 64;
  const latestMs = Math.max(...small.map(({ endedMs }) => endedMs)) - 60_000;
  assert.ok(small.every(({ done }) => done === 200) && latestMs <= 1.2 * fairMs, `${latestMs}, ${fairMs}`);
});
