import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bucket } from '../../src/llm/quota/bucket.ts';

test('a bucket of an unknown quota holds nothing back', () => {
  const bucket = new Bucket(null, 1, 1, 0);
  bucket.take(1e9);
  assert.equal(bucket.waitMs(1e9, 0, 1), 0);
  assert.equal(bucket.level(0, 1), null);
});

test('the wait is the time until the cost has run in', () => {
  const bucket = new Bucket(60_000, 1, 1, 0);
  bucket.take(1000);
  assert.equal(bucket.waitMs(500, 0, 1), 500);
  assert.equal(bucket.waitMs(500, 200, 1), 300);
  assert.equal(bucket.waitMs(500, 200, 0.5), 600);
  assert.equal(bucket.waitMs(500, 500, 1), 0);
});

test('a cost above the capacity waits for a full bucket and leaves a debt', () => {
  const bucket = new Bucket(60_000, 1, 1, 0);
  assert.equal(bucket.waitMs(5000, 0, 1), 0);
  bucket.take(5000);
  assert.equal(bucket.waitMs(1, 0, 1), 4001);
});

test('a quota that shrinks takes the surplus, one that appears starts empty', () => {
  const bucket = new Bucket(null, 1, 1, 0);
  bucket.setQuota(60_000, 0, 1);
  assert.equal(bucket.level(0, 1), 0);
  assert.equal(bucket.level(1000, 1), 1000);
  bucket.setQuota(6_000, 1000, 1);
  assert.equal(bucket.level(1000, 1), 100);
  bucket.setQuota(60_000, 1000, 1);
  assert.equal(bucket.level(1000, 1), 100);
});

test('property: in no window is more taken than the bucket held and its quota refilled, but for one call in debt', () => {
  const step = fc.record({ pauseMs: fc.nat(400), cost: fc.integer({ min: 1, max: 3000 }) });
  fc.assert(
    fc.property(
      fc.integer({ min: 600, max: 600_000 }),
      fc.double({ min: 0.5, max: 0.99, noNaN: true }),
      fc.array(step, { minLength: 1, maxLength: 40 }),
      (perMinute, use, steps) => {
        const bucket = new Bucket(perMinute, 1, 1, 0);
        const taken: { atMs: number; cost: number }[] = [];
        let nowMs = 0;
        for (const { pauseMs, cost } of steps) {
          nowMs += pauseMs;
          nowMs += Math.ceil(bucket.waitMs(cost, nowMs, use));
          assert.equal(bucket.waitMs(cost, nowMs, use), 0);
          bucket.take(cost);
          taken.push({ atMs: nowMs, cost });
        }
        const largest = Math.max(...taken.map(({ cost }) => cost));
        const slack = bucket.capacity + Math.max(largest - bucket.capacity, 0) + 1;
        for (const [first, { atMs: from }] of taken.entries()) {
          let sum = 0;
          for (const { atMs, cost } of taken.slice(first)) {
            sum += cost;
            assert.ok(sum <= slack + ((atMs - from) / 60_000) * perMinute * use);
          }
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
