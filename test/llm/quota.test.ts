import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTuning } from '../../src/llm/config.ts';
import { noRateHeaders, type RateHeaders } from '../../src/llm/http/headers.ts';
import { Quota } from '../../src/llm/quota/quota.ts';
import { endpoint } from './setUp.ts';

const quota = (more: Parameters<typeof endpoint>[1]) =>
  new Quota(endpoint('east', more), { ...defaultTuning, tokenBurstS: 1 }, 0);
const tokens = (limit: number, remaining: number | null): RateHeaders => ({
  ...noRateHeaders,
  tokens: { limit, remaining },
});

test('a call costs its prompt and its longest output, and unused output comes back only where the provider gives it back', () => {
  const level = (provider: 'openai' | 'azure') => {
    const one = quota({ provider, tpm: 60_000 });
    one.billed(one.charge(100, 50, 0), 100, 10);
    return one.view(0).level.tokens;
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
  assert.equal(one.view(0).level.tokens, 4800);
  one.heard(tokens(600_000, 500_000), charge, 0);
  assert.equal(one.view(0).level.tokens, 4800);
  // 100 ms later a thousand have run in on the other side too, so that nothing is lost.
  one.heard(tokens(600_000, 5000), charge, 100);
  assert.ok(one.view(100).level.tokens! > 5700);
});

test('a limit below the call that it answers is not believed', () => {
  const one = quota({ tpm: 60_000 });
  one.heard(tokens(1, 0), one.charge(100, 0, 0), 0);
  assert.equal(one.perMinute.tokens, 60_000);
});

test('a 429 is explained by headers that say "none left" or by a quota that is being spent fast, else not', () => {
  const idle = quota({ tpm: 6e6, rpm: 6e5 });
  const charge = idle.charge(100, 0, 0);
  assert.equal(idle.refused(noRateHeaders, charge, false, 0), false);
  assert.equal(idle.refused(tokens(6e6, 50), charge, false, 0), true);
  const busy = quota({ tpm: 60_000 });
  assert.equal(busy.refused(noRateHeaders, busy.charge(900, 0, 0), false, 0), true);
  const unknown = quota({});
  assert.equal(unknown.refused(noRateHeaders, unknown.charge(900, 0, 0), false, 0), false);
});

test('where no quota is known, a 429 makes one of what was being sent, and time without forgets it', () => {
  const one = quota({});
  const charges = Array.from({ length: 300 }, (_, i) => one.charge(100, 0, 10 * i));
  const last = charges.at(-1)!;
  assert.equal(one.waitMs(100, 2990), 0);
  one.refused(noRateHeaders, last, false, 2990);
  const waitMs = one.waitMs(100, 2990);
  assert.ok(waitMs > 9 && waitMs < 12, `${waitMs}`);
  for (let i = 0; i < 100; i++) one.charge(100, 0, 3000);
  assert.ok(one.waitMs(100, 3000) > 500);
  assert.equal(one.waitMs(100, 60_000), 0);
  for (let i = 0; i < 10_000; i++) one.charge(100, 0, 60_000);
  assert.equal(one.waitMs(100, 60_000), 0);
});

test('an answer after a row of refusals makes the quota what was borne with the rests', () => {
  const one = quota({});
  for (let i = 0; i < 600; i++) one.charge(100, 0, 10 * i);
  one.refused(noRateHeaders, one.charge(100, 0, 6000), false, 6000);
  one.refused(noRateHeaders, one.charge(100, 0, 57_000), true, 57_000);
  one.resumed(58_000);
  one.charge(100, 0, 58_000);
  one.charge(100, 0, 58_000);
  const waitMs = one.waitMs(100, 58_000);
  // 600 calls in the 11 s that it was asked at all.
  assert.ok(waitMs > 30 && waitMs < 60, `${waitMs}`);
});
