import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Provider } from '../../src/llm/config.ts';
import { noRateHeaders, type ReadHeader, readRateHeaders, readRetryAfterMs } from '../../src/llm/headers.ts';

const from =
  (headers: Record<string, string>): ReadHeader =>
  (name) =>
    headers[name] ?? null;

const openai = from({
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-limit-tokens': '2000000',
  'x-ratelimit-remaining-tokens': '1998976',
  'x-ratelimit-reset-tokens': '30ms',
});
const anthropic = from({
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '49',
  'anthropic-ratelimit-requests-reset': '2026-11-23T08:00:01Z',
  'anthropic-ratelimit-tokens-limit': '40000',
  'anthropic-ratelimit-tokens-remaining': '39000',
});

test('OpenAI and Azure names are read', () => {
  const expected = {
    requests: { limit: 10_000, remaining: 9_999 },
    tokens: { limit: 2_000_000, remaining: 1_998_976 },
  };
  assert.deepEqual(readRateHeaders('openai', openai), expected);
  assert.deepEqual(readRateHeaders('azure', openai), expected);
});

test('Anthropic names are read, input tokens where the common limit is missing', () => {
  assert.deepEqual(readRateHeaders('anthropic', anthropic), {
    requests: { limit: 50, remaining: 49 },
    tokens: { limit: 40_000, remaining: 39_000 },
  });
  const inputOnly = from({
    'anthropic-ratelimit-input-tokens-limit': '30000',
    'anthropic-ratelimit-input-tokens-remaining': '0',
  });
  assert.deepEqual(readRateHeaders('anthropic', inputOnly).tokens, { limit: 30_000, remaining: 0 });
});

test('an unknown provider is read by whichever names it uses', () => {
  assert.equal(readRateHeaders('other', openai).tokens.limit, 2_000_000);
  assert.equal(readRateHeaders('other', anthropic).tokens.limit, 40_000);
  assert.deepEqual(readRateHeaders('other', from({})), noRateHeaders);
});

test('absurd values count as missing', () => {
  for (const value of ['', '-1', '0', 'NaN', 'unlimited', '1e9', '99999999999999999999', '1, 2', ' 5']) {
    const rates = readRateHeaders('openai', from({ 'x-ratelimit-limit-tokens': value }));
    assert.deepEqual(rates, noRateHeaders, value);
  }
});

test('retry-after-ms comes before retry-after, which is seconds or a date', () => {
  assert.equal(readRetryAfterMs(from({ 'retry-after-ms': '120', 'retry-after': '9' })), 120);
  assert.equal(readRetryAfterMs(from({ 'retry-after': '1.5' })), 1500);
  const date = 'Mon, 23 Nov 2026 08:00:00 GMT';
  const later = 'Mon, 23 Nov 2026 08:00:07 GMT';
  assert.equal(readRetryAfterMs(from({ date, 'retry-after': later })), 7000);
  assert.equal(readRetryAfterMs(from({ date: later, 'retry-after': date })), 0);
  assert.equal(readRetryAfterMs(from({ 'retry-after': later })), null);
  assert.equal(readRetryAfterMs(from({ 'retry-after': 'soon' })), null);
  assert.equal(readRetryAfterMs(from({})), null);
});

test('property: whatever headers hold, what is read is a number that can be used or null', () => {
  const usable = (value: number | null) => value === null || (value >= 0 && Number.isFinite(value));
  fc.assert(
    fc.property(
      fc.constantFrom<Provider[]>('openai', 'azure', 'anthropic', 'other'),
      fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)),
      (provider, value) => {
        const { requests, tokens } = readRateHeaders(provider, () => value);
        const read = [requests.limit, requests.remaining, tokens.limit, tokens.remaining];
        assert.ok([...read, readRetryAfterMs(() => value)].every(usable));
        assert.ok(requests.limit !== 0 && tokens.limit !== 0);
      },
    ),
  );
});
