import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goDuration, quotaHeaders, retryHeaders } from '../../src/simulate/headers.ts';
import { createQuota } from '../../src/simulate/quota/quota.ts';

const quota = createQuota({ tpm: 6_000, rpm: 60, window: '1m' }, 0);
quota.admit(1_000, 15_000);
const unixMsOf = (clockMs: number) => Date.UTC(2026, 0, 1) + clockMs;

test('durations are written as Go writes them', () => {
  const written = [0, 6, 999.2, 1_000, 1_500, 59_999, 360_000, 90_061_001].map(goDuration);
  assert.deepEqual(written, ['0s', '6ms', '1s', '1s', '1.5s', '59.999s', '6m0s', '25h1m1.001s']);
});

test('OpenAI style: limit, remaining and reset of both units', () => {
  assert.deepEqual(quotaHeaders('openai', quota, 20_000, unixMsOf), {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '40s',
    'x-ratelimit-limit-tokens': '6000',
    'x-ratelimit-remaining-tokens': '5000',
    'x-ratelimit-reset-tokens': '40s',
  });
});

test('Anthropic style: the reset is a date', () => {
  const headers = quotaHeaders('anthropic', quota, 20_000, unixMsOf);
  assert.equal(headers['anthropic-ratelimit-tokens-remaining'], '5000');
  assert.equal(headers['anthropic-ratelimit-tokens-reset'], '2026-01-01T00:01:00.000Z');
});

test('no header where there is no limit or no wish for headers', () => {
  assert.deepEqual(quotaHeaders('none', quota, 0, unixMsOf), {});
  const open = createQuota({ tpm: 0, rpm: 0, window: '1m' }, 0);
  assert.deepEqual(quotaHeaders('openai', open, 0, unixMsOf), {});
});

test('the wait is told in both spellings, rounded up, and not when waiting is useless', () => {
  assert.deepEqual(retryHeaders(1_200.5), { 'retry-after-ms': '1201', 'retry-after': '2' });
  assert.deepEqual(retryHeaders(Number.POSITIVE_INFINITY), {});
});
