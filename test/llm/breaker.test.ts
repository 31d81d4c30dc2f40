import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTuning } from '../../src/llm/config.ts';
import { Breaker } from '../../src/llm/endpoint/breaker.ts';

function ejected(nowMs = 0): Breaker {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 5; i++) breaker.failed(false, 'down', nowMs, true);
  return breaker;
}

test('five failures in a row take an endpoint out for 30 s; a success in between starts anew', () => {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 4; i++) assert.equal(breaker.failed(false, 'down', 0, true), false);
  breaker.succeeded(false, 0);
  for (let i = 0; i < 4; i++) assert.equal(breaker.failed(false, 'down', 0, true), false);
  assert.equal(breaker.slots(100, 0), 100);
  assert.equal(breaker.failed(false, 'down', 0, true), true);
  assert.equal(breaker.slots(100, 0), 0);
  assert.equal(breaker.waitMs(0), 30_000);
});

test('the last one stays in, and while it fails every call it gets two a second', () => {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 50; i++) breaker.failed(false, 'down', 0, false);
  assert.equal(breaker.slots(100, 0), 100);
  assert.equal(breaker.waitMs(0), 0);
  assert.equal(breaker.began(0), false);
  assert.equal(breaker.waitMs(0), 500);
  assert.equal(breaker.succeeded(false, 1), true);
  breaker.began(1);
  assert.equal(breaker.waitMs(1), 0);
});

test('one probe goes out every 30 s, whether it has ended or hangs', () => {
  const breaker = ejected();
  assert.equal(breaker.waitMs(30_000), 0);
  assert.equal(breaker.began(30_000), true);
  assert.equal(breaker.slots(100, 30_000), 0);
  assert.equal(breaker.waitMs(31_000), 29_000);
  breaker.failed(true, 'still down', 45_000, true);
  assert.equal(breaker.waitMs(45_000), 15_000);
});

test('once another is back from what took them all, it is asked at once and goes out again if it fails', () => {
  const breaker = ejected();
  breaker.hurry();
  assert.equal(breaker.waitMs(1), 0);
  breaker.began(1);
  assert.equal(breaker.waitMs(1), 500);
  assert.equal(breaker.failed(false, 'still down', 2, true), true);
  assert.equal(breaker.waitMs(2), 30_000);
  breaker.hurry();
  breaker.succeeded(false, 3);
  assert.equal(breaker.slots(100, 3), 100);
});

test('after a probe that succeeds the way back goes from 10 to 100 % in 30 s', () => {
  const breaker = ejected();
  breaker.began(30_000);
  breaker.succeeded(true, 30_000);
  assert.deepEqual(
    [30_000, 40_000, 50_000, 60_000].map((nowMs) => breaker.slots(100, nowMs)),
    [10, 40, 70, 100],
  );
});

test('calls from before the ejection neither bring an endpoint back nor prolong it', () => {
  const breaker = ejected();
  breaker.succeeded(false, 1);
  assert.equal(breaker.slots(100, 1), 0);
  breaker.failed(false, 'late', 20_000, true);
  assert.equal(breaker.waitMs(20_000), 10_000);
});

test('a probe that is abandoned gives its turn to the next call', () => {
  const breaker = ejected();
  breaker.began(30_000);
  breaker.abandoned(true);
  assert.equal(breaker.waitMs(30_000), 0);
});

test('a refusal is news once and is probed every five minutes', () => {
  const breaker = new Breaker(defaultTuning);
  assert.equal(breaker.rejected('401', 0), true);
  assert.equal(breaker.rejected('401', 10), false);
  assert.equal(breaker.waitMs(10), 300_000);
  assert.equal(breaker.out?.kind, 'rejected');
});
