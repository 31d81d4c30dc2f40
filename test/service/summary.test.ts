import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/base/answer.ts';
import { emptyLedger } from '../../src/base/ledger.ts';
import { type Situation, summaryOf } from '../../src/service/summary.ts';
import { Usage } from '../../src/service/usage.ts';
import { fakeClock } from '../fakeClock.ts';

type Endpoint = Situation['endpoints'][number];

const east: Endpoint = {
  model: 'default',
  endpoint: 'east',
  state: 'up',
  inflight: 10,
  concurrencyLimit: 400,
  quota: { requests: 10_000, tokens: 2_000_000 },
  level: { requests: 100, tokens: 20_000 },
  latencyMs: 200,
  reason: null,
};
const noQuota = { requests: null, tokens: null };
const job = {
  id: 'nightly',
  state: 'ACTIVE' as const,
  ledger: { ...emptyLedger(), rows: 19_300, questions: 19_300, ok: 19_299, failed: 1 },
  rowsPerSecond: 1_930.4,
};
const idle: Situation = { endpoints: [east], perMinute: () => 0, mainThread: 0.4, tasksWaiting: 0 };
const west: Endpoint = { ...east, endpoint: 'west' };
const tokens = (used: Record<string, number>) => (endpoint: string, unit: 'requests' | 'tokens') =>
  unit === 'tokens' ? (used[endpoint] ?? 0) : 0;

const cases: readonly [string, Partial<Situation>, string][] = [
  ['a quota that is used to the brim', { perMinute: tokens({ east: 1_960_000 }) }, 'tpm of east, 98 %'],
  [
    'the most used of several',
    { endpoints: [east, west], perMinute: tokens({ east: 1_900_000, west: 1_980_000 }) },
    'tpm of west, 99 %',
  ],
  [
    'requests, where their bucket is empty before it shows in the average',
    { endpoints: [{ ...east, level: { requests: 0.4, tokens: 20_000 } }], perMinute: () => 8_000 },
    'rpm of east, 80 %',
  ],
  [
    'concurrency, where no quota is known',
    { endpoints: [{ ...east, inflight: 64, concurrencyLimit: 64.7, quota: noQuota, level: noQuota }] },
    'concurrency of east, 64 in flight',
  ],
  ['the CPU, of the main thread', { mainThread: 0.97 }, 'the CPU, main thread 97 % busy'],
  ['the CPU, of the workers', { tasksWaiting: 40 }, 'the CPU, 40 tasks waiting for a thread'],
  [
    'cooling, when every endpoint that is left cools',
    {
      endpoints: [
        { ...east, state: 'cooling' },
        { ...west, state: 'ejected', reason: 'HTTP 500' },
      ],
    },
    'cooling of east',
  ],
  [
    'no endpoint, with the reason of the first',
    { endpoints: [{ ...east, state: 'rejected', reason: 'HTTP 401: bad key' }] },
    'no endpoint that answers (east: HTTP 401: bad key)',
  ],
  ['the client, when nothing else is at its limit', {}, 'the client'],
  [
    'one endpoint that cools binds nothing while another has room',
    { endpoints: [{ ...east, state: 'cooling' }, west] },
    'the client',
  ],
];

for (const [name, situation, words] of cases) {
  test(`a job is bound by ${name}`, () => {
    assert.equal(
      summaryOf(job, { ...idle, ...situation }),
      `job nightly: 1,930 rows/s, bound by ${words}; 19,300 rows answered, 19,299 of 19,300 questions ok`,
    );
  });
}

test('a job that is not active is bound by nothing', () => {
  assert.equal(
    summaryOf({ ...job, state: 'CANCELLED' }, idle),
    'job nightly: cancelled, 19,300 rows answered, 19,299 of 19,300 questions ok',
  );
});

test('usage is what answers were billed, at the pace of the last seconds, by endpoint', async () => {
  const clock = fakeClock();
  const usage = new Usage(clock);
  const answer = { source: 'llm', endpoint: 'east', attempts: 1, promptTokens: 90, completionTokens: 10 };
  for (let second = 0; second < 20; second++) {
    for (let n = 0; n < 10; n++) {
      usage.add(answer as Answer);
      usage.add({ ...answer, source: 'shared' } as Answer);
      await clock.advance(100);
    }
  }
  assert.equal(Math.round(usage.perMinute('east', 'requests')), 600);
  assert.equal(Math.round(usage.perMinute('east', 'tokens')), 60_000);
  assert.equal(usage.perMinute('west', 'tokens'), 0);
});
