import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyLedger } from '../../src/base/ledger.ts';
import { constraintOf, type Situation } from '../../src/service/constraint.ts';
import { summaryOf } from '../../src/service/summary.ts';

type Endpoint = Situation['endpoints'][number];

const east: Endpoint = {
  model: 'default',
  endpoint: 'east',
  state: 'up',
  inflight: 10,
  concurrencyLimit: 400,
  waiting: 90,
  quota: { requests: 10_000, tokens: 2_000_000 },
  level: { requests: 100, tokens: 200 },
  used: { requests: 0.5, tokens: 0.98 },
  learned: false,
  latencyMs: 200,
  reason: null,
};
const named = (endpoint: string, more: Partial<Endpoint> = {}): Endpoint => ({ ...east, endpoint, ...more });
const noQuota = { requests: null, tokens: null };
const unmetered = { quota: noQuota, level: noQuota, used: noQuota };
const full = { ...unmetered, inflight: 64, concurrencyLimit: 64.7 };
const refused = { state: 'rejected', reason: 'answered HTTP 401' } as const;
const ejected = { state: 'ejected', reason: 'answered HTTP 500' } as const;

const situation: Situation = { endpoints: [east], mainThread: 0.4, tasksWaiting: 0 };

const cases: readonly [string, Partial<Situation>, string][] = [
  ['a quota of tokens', {}, 'tpm of east, 98 %'],
  [
    'a quota of requests',
    { endpoints: [named('east', { used: { requests: 0.97, tokens: 0.3 } })] },
    'rpm of east, 97 %',
  ],
  [
    'a limit that nobody told',
    {
      endpoints: [
        named('east', {
          quota: { requests: 1_200, tokens: null },
          used: { requests: 1.04, tokens: null },
          learned: true,
        }),
      ],
    },
    'calls a minute borne by east, 100 %',
  ],
  [
    'the quotas of two endpoints, by the part of their sum',
    {
      endpoints: [
        east,
        named('west', {
          quota: { requests: null, tokens: 6_000_000 },
          used: { requests: null, tokens: 0.94 },
        }),
      ],
    },
    'tpm of east and west, 95 %',
  ],
  [
    'the quotas of many endpoints',
    { endpoints: ['a', 'b', 'c', 'd'].map((name) => named(name)) },
    'tpm of 4 endpoints, 98 %',
  ],
  [
    'the quota of one and the concurrency of another',
    { endpoints: [east, named('own', full)] },
    'tpm of east, 98 % and concurrency of own, 64 in flight',
  ],
  [
    'a quota, and who does not help with it',
    { endpoints: [east, named('west', ejected)] },
    'tpm of east, 98 %, without west (answered HTTP 500)',
  ],
  ['concurrency', { endpoints: [named('east', full)] }, 'concurrency of east, 64 in flight'],
  [
    'rests after 429',
    {
      endpoints: [
        named('east', { state: 'cooling', used: { requests: 0.1, tokens: 0.2 } }),
        named('west', ejected),
      ],
    },
    'rests after 429 of east, without west (answered HTTP 500)',
  ],
  [
    'a quota that is used to the brim, also while it rests after a 429 and is full',
    { endpoints: [named('east', { state: 'cooling', inflight: 400 })] },
    'tpm of east, 98 %',
  ],
  [
    'no endpoint, with what the first says',
    { endpoints: [named('east', refused), named('west', ejected)] },
    'no endpoint that answers (east answered HTTP 401)',
  ],
  [
    'no endpoint, where the last one stays in use and fails',
    { endpoints: [named('east', { waiting: 0, reason: 'did not answer in time' })] },
    'no endpoint that answers (east did not answer in time)',
  ],
  [
    'the CPU, of the main thread',
    { endpoints: [named('east', full)], mainThread: 0.97 },
    'the CPU, main thread 97 % busy',
  ],
  [
    'the CPU, of the workers',
    { endpoints: [named('east', { waiting: 0 })], tasksWaiting: 40 },
    'the CPU, 40 tasks waiting for a thread',
  ],
  ['a quota all the same, where the CPU is busy too', { mainThread: 0.97 }, 'tpm of east, 98 %'],
  ['the client, when no call waits', { endpoints: [named('east', { waiting: 0 })] }, 'the client'],
  ['the client, when nothing was asked yet', { endpoints: [] }, 'the client'],
];

for (const [name, more, words] of cases) {
  test(`a job is bound by ${name}`, () => assert.equal(constraintOf({ ...situation, ...more }), words));
}

const job = {
  id: 'nightly',
  state: 'ACTIVE' as const,
  ledger: { ...emptyLedger(), rows: 19_300, questions: 19_300, ok: 19_299, failed: 1 },
  rowsPerSecond: 1_930.4,
  rowsWaiting: 2_048,
  rejection: null,
  boundBy: 'tpm of east, 98 %',
  idleMs: 0,
  currency: null,
};

test('the line of an active job names its rate, what binds it and what is done', () => {
  assert.equal(
    summaryOf(job),
    'job nightly: 1,930 rows/s, bound by tpm of east, 98 %; 19,300 rows answered, 19,299 of 19,300 questions ok, 1 failed, 2,048 rows under way',
  );
});

test('a job that is not active is bound by nothing', () => {
  assert.equal(
    summaryOf({ ...job, state: 'CANCELLED', rowsWaiting: 0, boundBy: null }),
    'job nightly: cancelled; 19,300 rows answered, 19,299 of 19,300 questions ok, 1 failed',
  );
});

test('a job that was rejected says by what', () => {
  const rejection = 'Every endpoint of the model refuses us: east answered HTTP 401.';
  assert.match(
    summaryOf({ ...job, state: 'REJECTED', rejection, boundBy: null }),
    /^job nightly: rejected \(Every endpoint of the model refuses us: east answered HTTP 401\.\); 19,300 rows/,
  );
});
