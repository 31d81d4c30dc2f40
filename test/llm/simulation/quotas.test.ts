import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configured, type Figures, quotas, saturated, withHeaders } from './cases.ts';
import type { Party } from './world.ts';

const seeds = [1, 2];

function holds(figures: Figures, share: number, refused: number): void {
  assert.ok(
    figures.share! >= share && figures.refused! <= refused && figures.lost === 0,
    JSON.stringify(figures),
  );
}

function each(told: string, as: (party: Party) => Party, share: number, refused: number, only = ''): void {
  for (const [name, party] of Object.entries(quotas)) {
    if (!name.endsWith(only)) continue;
    const promise = `${100 * share} % of the quota is used, ${Math.round(1000 * refused) / 10} % refused at most`;
    test(`${name}, ${told}: ${promise}`, async () => {
      for (const seed of seeds) holds(await saturated(as(party), { seed }), share, refused);
    });
  }
}

each('told by headers', withHeaders, 0.97, 0.005);
each('configured, no headers', configured, 0.94, 0.01);

for (const [name, party] of Object.entries(quotas)) {
  if (!name.startsWith('tokens') || name.endsWith(' 1 s')) continue;
  const silent = { backend: { ...party.backend, refund: true }, config: { provider: 'other' } } as const;
  test(`${name}, given back without a word: 97 % of the quota is used, 0.5 % refused at most`, async () => {
    for (const seed of seeds) {
      const { backend } = withHeaders(silent);
      holds(await saturated({ ...silent, backend }, { seed }), 0.97, 0.005);
    }
  });
}

// A long window lets a burst pass first and refuses everything later: its length has to be found out too.
each('neither told nor configured', (party) => party, 0.94, 0.01);
