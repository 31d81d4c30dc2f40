import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from './cases.ts';
import { coldDead, fewRows } from './outages.ts';
import { world } from './world.ts';

const chance = { seed: 1 };
const hold = (figures: Figures, held: boolean) => assert.ok(held, JSON.stringify(figures));

// Attempts that hang when it ends are still waited for.
for (const [mood, seconds] of [
  ['reset', 10],
  ['500', 10],
  ['black hole', 25],
] as const) {
  test(`a minute of outage (${mood}) loses no row of a small job and holds it up for ${seconds} s more at most`, async () => {
    for (const endpoints of [1, 4]) {
      for (const rows of [1, 5, 20]) {
        const figures = await fewRows({ mood, endpoints, rows, outageS: 60 }, chance);
        const few = figures.calls! <= Math.min(1.2 * rows + 600, 10 * rows);
        hold(figures, figures.lost === 0 && figures.done === rows && few && figures.endedS! <= seconds);
      }
    }
  });
}

test('an endpoint that answers 500 for ever ends each of 20 rows after ten attempts, within two minutes', async () => {
  const outageS = 700;
  const figures = await fewRows({ mood: '500', endpoints: 1, rows: 20, outageS }, chance);
  hold(figures, figures.lost === 20 && figures.calls === 200 && figures.endedS! + outageS <= 120);
});

for (const mood of ['black hole', 'reset', '500'] as const) {
  test(`one of four endpoints dead from the start (${mood}): 1.35 times the time of four, no row lost`, async () => {
    const healthy = await coldDead('up', chance);
    const figures = await coldDead(mood, chance);
    hold(figures, figures.done === 800 && figures.lost === 0 && figures.tookS! <= 1.35 * healthy.tookS!);
  });
}

test('an endpoint that becomes forty times slower for good loses no row', async () => {
  const { backends, clock, close, work } = world([{ backend: { rpm: 6_000, headers: true } }], chance);
  work({ outstanding: 20, count: 1_600 });
  await clock.run(60_000);
  backends[0]!.latencyMs = 20_000;
  const rows = work({ outstanding: 50, count: 400 });
  await clock.run(600_000);
  await close();
  hold({ ...rows, latenciesMs: 0 }, rows.done === 400 && rows.lost === 0);
});

test('one of four that fails 80 % of its calls by chance is out after five failures in a row, and stays out', async () => {
  const { backends, clock, close, engines, work } = world(
    Array.from({ length: 4 }, () => ({ backend: { rpm: 600, headers: true } })),
    chance,
  );
  backends[0]!.fails = 0.8;
  const rows = work({ outstanding: 200 });
  let secondsIn = 0;
  for (let s = 60; s < 180; s++) {
    await clock.run(s * 1_000);
    if (engines[0]!.view()[0]!.state === 'up') secondsIn += 1;
  }
  await close();
  assert.ok(secondsIn <= 5 && rows.lost === 0, `${secondsIn} s`);
});

test('of 400 calls sent at once 5 % fail at once: neither of two healthy endpoints is taken out for it', async () => {
  const { backends, clock, close, engines, work } = world(
    Array.from({ length: 2 }, () => ({ backend: { rpm: 60_000, headers: true } })),
    chance,
  );
  for (const backend of backends) backend.fails = 0.05;
  const states = new Set<string>();
  for (let tenth = 1; tenth <= 300; tenth++) {
    if (tenth % 20 === 1) work({ outstanding: 400, count: 400 });
    await clock.run(tenth * 100);
    for (const { state } of engines[0]!.view()) states.add(state);
  }
  await close();
  assert.deepEqual([...states], ['up']);
});
