import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chance } from '../../src/llm/concurrency/chance.ts';

/** `perTen` of every ten calls are refused, one call every `everyMs`. */
function asked(chance: Chance, calls: number, perTen: number, everyMs: number, fromMs: number): number {
  let nowMs = fromMs;
  for (let i = 0; i < calls; i++) {
    nowMs += everyMs;
    chance.settled(i % 10 < perTen, nowMs);
  }
  return nowMs;
}

test('refusals that go on for seconds come by chance', () => {
  const chance = new Chance(0);
  asked(chance, 60, 1, 100, 0);
  assert.equal(chance.reigns, false);
  asked(chance, 20, 1, 100, 6_000);
  assert.equal(chance.reigns, true);
});

test('refusals that cease, or that most calls meet, are those of a quota', () => {
  const ceased = new Chance(0);
  const nowMs = asked(ceased, 40, 1, 100, 0);
  asked(ceased, 200, 0, 100, nowMs);
  const spent = new Chance(0);
  asked(spent, 400, 4, 100, 0);
  const rested = new Chance(0);
  for (let i = 0; i < 10; i++) rested.spent(asked(rested, 60, 1, 100, i * 60_000));
  for (const chance of [ceased, spent, rested]) assert.equal(chance.reigns, false);
});

test('chance is given up when more is refused than before, and not tried again for a minute', () => {
  const chance = new Chance(0);
  let nowMs = asked(chance, 80, 1, 100, 0);
  nowMs = asked(chance, 40, 5, 100, nowMs);
  assert.equal(chance.reigns, false);
  nowMs = asked(chance, 500, 1, 100, nowMs);
  assert.equal(chance.reigns, false);
  asked(chance, 300, 1, 100, nowMs);
  assert.equal(chance.reigns, true);
});
