import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures } from './cases.ts';
import { coldStart, halvedAndBack, oneDead, outage, unequal } from './changes.ts';

const chance = { seed: 1 };
const hold = (figures: Figures, held: boolean) => assert.ok(held, JSON.stringify(figures));

for (const window of ['continuous', '1s', '10s', 'minute'] as const) {
  test(`${window}: a halved quota is quiet within 5 s, one that returns is used to 95 % within 30 s`, async () => {
    const figures = await halvedAndBack({ backend: { tpm: 6_000_000, window, headers: true } }, chance);
    hold(figures, figures.quietS! <= 5 && figures.restoredS! <= 30);
  });
}

for (const window of ['continuous', '1s', '10s', 'minute'] as const) {
  test(`${window}: the same where no header tells it`, async () => {
    for (const seed of [1, 2]) {
      const figures = await halvedAndBack({ backend: { tpm: 6_000_000, window } }, { seed });
      hold(figures, figures.quietS! <= 5 && figures.restoredS! <= 30);
    }
  });
}

test('eight endpoints of 1:2:4:8 quota: 95 % of the sum is used, each within 5 % of its share', async () => {
  const figures = await unequal(true, chance);
  hold(figures, figures.share! >= 0.95 && figures.mostOff! <= 0.05);
});

for (const [name, rates] of [
  ['one endpoint', [40]],
  ['four endpoints', [10, 10, 10, 10]],
  ['eight endpoints of 1:2:4:8', [1, 2, 4, 8, 1, 2, 4, 8].map((size) => (size * 4) / 3)],
] as const) {
  test(`a cold start of ${name} told by headers: 0.5 % of 800 calls are refused at most, 1.5 s are lost`, async () => {
    for (const seed of [1, 2, 3]) {
      const figures = await coldStart(rates, true, { seed });
      hold(figures, figures.refused! <= 0.005 && figures.lost === 0 && figures.tookS! <= 21.5);
    }
  });
}

test('a cold start of four endpoints that tell nothing: 5 % of 800 calls are refused at most, 1.5 s are lost', async () => {
  for (const seed of [1, 2, 3]) {
    const figures = await coldStart([10, 10, 10, 10], false, { seed });
    hold(figures, figures.refused! <= 0.05 && figures.lost === 0 && figures.tookS! <= 21.5);
  }
});

for (const mood of ['black hole', 'reset', '500', 'slow'] as const) {
  test(`one of four endpoints dead (${mood}): 27 % of the rate is lost at most, it gets a probe every 30 s and is back 35 s after healing`, async () => {
    const figures = await oneDead(mood, chance);
    // Counted in whole seconds.
    const quiet = figures.callsBeyondPermits! <= 5 + 120 / 30 && figures.probeGapS! >= 29;
    hold(figures, figures.kept! >= 0.73 && quiet && figures.backS! <= 35 && figures.lost === 0);
  });
}

for (const mood of ['black hole', 'reset', '500'] as const) {
  test(`a minute without any endpoint (${mood}): no row is lost, 1.2 calls a row, full rate 10 s after`, async () => {
    const figures = await outage(mood, chance);
    const few = figures.callsPerRow! <= 1.2 + 600 / 8_000;
    hold(figures, figures.lost === 0 && figures.done === 8_000 && few && figures.fullAfterS! <= 10);
  });
}
