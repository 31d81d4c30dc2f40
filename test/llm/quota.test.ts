import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTuning } from '../../src/llm/config.ts';
import { noRateHeaders, type RateHeaders } from '../../src/llm/headers.ts';
import { Quota } from '../../src/llm/quota.ts';
import { endpoint } from './setUp.ts';

const quota = (more: Parameters<typeof endpoint>[1]) => new Quota(endpoint('east', more), defaultTuning, 0);
const tokens = (limit: number, remaining: number | null): RateHeaders => ({
  ...noRateHeaders,
  tokens: { limit, remaining },
});

test('a call costs its prompt and its longest output, and unused output comes back only where the provider gives it back', () => {
  const level = (provider: 'openai' | 'azure') => {
    const one = quota({ provider, tpm: 60_000 });
    one.billed(one.charge(100, 50, 0), 100, 10);
    return one.level(0).tokens;
  };
  assert.equal(level('azure'), 850);
  assert.equal(level('openai'), 890);
});

test('estimates that are too low are corrected by what is billed', () => {
  const one = quota({ tpm: 1e6 });
  for (let i = 0; i < 200; i++) one.billed(one.charge(100, 0, 0), 150, 0);
  assert.ok(Math.abs(one.cost(100, 0) - 150) < 1);
});

test('without a configured quota the headers set it; with one the smaller counts; the share applies to both', () => {
  const unset = quota({});
  assert.equal(unset.perMinute.tokens, null);
  unset.heard(tokens(30_000, null), unset.charge(10, 0, 0), 0);
  assert.equal(unset.perMinute.tokens, 30_000);
  const half = quota({ tpm: 60_000, share: 0.5 });
  assert.equal(half.perMinute.tokens, 30_000);
  half.heard(tokens(40_000, null), half.charge(10, 0, 0), 0);
  assert.equal(half.perMinute.tokens, 20_000);
  half.heard(tokens(90_000, null), half.charge(10, 0, 0), 0);
  assert.equal(half.perMinute.tokens, 30_000);
});

test('the other side holding less than our bucket lowers it, less what was sent after that request', () => {
  const one = quota({ tpm: 600_000 });
  const charge = one.charge(100, 0, 0);
  one.charge(200, 0, 0);
  one.heard(tokens(600_000, 5000), charge, 0);
  assert.equal(one.level(0).tokens, 4800);
  one.heard(tokens(600_000, 500_000), charge, 0);
  assert.equal(one.level(0).tokens, 4800);
  // 100 ms later a thousand have run in on the other side too, so that nothing is lost.
  one.heard(tokens(600_000, 5000), charge, 100);
  assert.ok(one.level(100).tokens! > 5700);
});

test('a limit below the call that it answers is not believed', () => {
  const one = quota({ tpm: 60_000 });
  one.heard(tokens(1, 0), one.charge(100, 0, 0), 0);
  assert.equal(one.perMinute.tokens, 60_000);
});

test('a 429 is explained by headers that say "none left" or by a bucket that ran low, else not', () => {
  const full = quota({ tpm: 6e6, rpm: 6e5 });
  const charge = full.charge(100, 0, 0);
  assert.equal(full.explains(noRateHeaders, charge, 0), false);
  assert.equal(full.explains(tokens(6e6, 50), charge, 0), true);
  const low = quota({ tpm: 60_000 });
  assert.equal(low.explains(noRateHeaders, low.charge(900, 0, 0), 0), true);
  const off = quota({});
  assert.equal(off.explains(noRateHeaders, off.charge(900, 0, 0), 0), false);
});
