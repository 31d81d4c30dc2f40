import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Window } from '../../src/simulate/control.ts';
import { createQuota } from '../../src/simulate/quota/quota.ts';

const perMinute = 6_000;
/** Length of each kind of window, and the most it may hold of `perMinute`. */
const bounds: { window: Window; lengthMs: number; most: number; fixed: boolean }[] = [
  // A bucket may be full at the start of any second: one second's burst plus one second's refill.
  { window: 'continuous', lengthMs: 1_000, most: 200, fixed: false },
  { window: '1s', lengthMs: 1_000, most: 100, fixed: false },
  { window: '10s', lengthMs: 10_000, most: 1_000, fixed: false },
  { window: '1m', lengthMs: 60_000, most: 6_000, fixed: true },
];

const arrivals = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 900 }), tokens: fc.integer({ min: 1, max: 90 }) }),
  {
    minLength: 1,
    maxLength: 200,
  },
);

for (const { window, lengthMs, most, fixed } of bounds) {
  const limits = { tpm: perMinute, rpm: 0, window };

  test(`${window}: no window ever holds more than its share of the limit`, () => {
    fc.assert(
      fc.property(arrivals, (calls) => {
        const quota = createQuota(limits, 0);
        const admitted: { atMs: number; tokens: number }[] = [];
        let now = 0;
        for (const { afterMs, tokens } of calls) {
          now += afterMs;
          if (quota.admit(tokens, now).admitted) admitted.push({ atMs: now, tokens });
        }
        for (const { atMs } of admitted) {
          const start = fixed ? Math.floor(atMs / lengthMs) * lengthMs : atMs;
          const held = admitted.filter((other) => other.atMs >= start && other.atMs < start + lengthMs);
          assert.ok(held.reduce((sum, { tokens }) => sum + tokens, 0) <= most + 1e-3);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test(`${window}: a refused call is admitted after the wait that was told, and not before`, () => {
    fc.assert(
      fc.property(arrivals, fc.boolean(), (calls, early) => {
        const quota = createQuota(limits, 0);
        let now = 0;
        for (const { afterMs, tokens } of calls) {
          now += afterMs;
          const admission = quota.admit(tokens, now);
          if (admission.admitted) continue;
          now += admission.waitMs + (early ? -0.1 : 0.001);
          assert.equal(quota.admit(tokens, now).admitted, !early);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test(`${window}: who takes all that is there uses the whole quota over time`, () => {
    const quota = createQuota(limits, 0);
    let used = 0;
    for (let now = 0; now < 600_000; now += 10) {
      while (quota.admit(7, now).admitted) used += 7;
    }
    assert.ok(used >= 0.98 * perMinute * 10 - 100, `used ${used}`);
    assert.ok(used <= perMinute * 10 + most, `used ${used}`);
  });

  test(`${window}: calls larger than a window's share still pass, at the rate of the limit`, () => {
    const quota = createQuota(limits, 0);
    let used = 0;
    for (let now = 0; now < 600_000; now += 10) {
      if (quota.admit(1_500, now).admitted) used += 1_500;
    }
    assert.ok(used >= 0.95 * perMinute * 10 && used <= perMinute * 10 + 1_500, `used ${used}`);
  });

  test(`${window}: what is given back can be taken again, once`, () => {
    const quota = createQuota(limits, 0);
    const all = quota.level('tokens', 0)!.remaining;
    const first = quota.admit(all, 0);
    assert.ok(first.admitted);
    assert.equal(quota.admit(1, 0).admitted, false);
    first.giveBack(all - 10, 0);
    assert.equal(quota.level('tokens', 0)!.remaining, all - 10);
    assert.ok(quota.admit(all - 10, 0).admitted);
    assert.equal(quota.admit(1, 0).admitted, false);
  });

  test(`${window}: what is given back after its window has passed changes nothing`, () => {
    const quota = createQuota(limits, 0);
    const all = quota.level('tokens', 0)!.remaining;
    const old = quota.admit(all, 0);
    assert.ok(old.admitted);
    const later = 10 * lengthMs;
    assert.ok(quota.admit(all, later).admitted);
    if (window !== 'continuous') old.giveBack(all, later);
    assert.equal(quota.level('tokens', later)!.remaining, 0);
  });

  test(`${window}: a smaller limit holds from the moment it is set`, () => {
    const quota = createQuota(limits, 0);
    quota.change({ ...limits, tpm: perMinute / 2 }, 0);
    const half = quota.level('tokens', 0)!;
    assert.equal(half.limit, perMinute / 2);
    assert.ok(quota.admit(half.remaining, 0).admitted);
    assert.equal(quota.admit(1, 0).admitted, false);
  });
}

test('requests and tokens are both needed, and a refusal takes neither', () => {
  const quota = createQuota({ tpm: 100, rpm: 2, window: '1m' }, 0);
  assert.equal(quota.admit(90, 0).admitted, true);
  const refused = quota.admit(11, 30_000);
  assert.deepEqual(refused, {
    admitted: false,
    unit: 'tokens',
    requested: 11,
    remaining: 10,
    waitMs: 30_000,
  });
  assert.equal(quota.level('requests', 30_000)!.remaining, 1);
  assert.equal(quota.admit(10, 30_000).admitted, true);
  const third = quota.admit(0, 30_000);
  assert.ok(!third.admitted && third.unit === 'requests');
});

test('a call larger than the whole limit is never admitted', () => {
  for (const { window } of bounds) {
    const refused = createQuota({ tpm: 1_000, rpm: 0, window }, 0).admit(1_001, 0);
    assert.ok(!refused.admitted && refused.waitMs === Number.POSITIVE_INFINITY);
  }
});

test('without limits everything is admitted and no level is told', () => {
  const quota = createQuota({ tpm: 0, rpm: 0, window: 'continuous' }, 0);
  assert.equal(quota.admit(1e9, 0).admitted, true);
  assert.equal(quota.level('tokens', 0), undefined);
});
