import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from '../../src/llm/breaker.ts';
import { defaultTuning } from '../../src/llm/config.ts';

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

test('the last one stays in, however often it fails', () => {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 50; i++) breaker.failed(false, 'down', 0, false);
  assert.equal(breaker.slots(100, 0), 100);
});

test('when the time is over one probe goes out, and nothing else until it is back', () => {
  const breaker = ejected();
  assert.equal(breaker.slots(100, 30_000), 1);
  assert.equal(breaker.began(), true);
  assert.equal(breaker.slots(100, 30_000), 0);
  assert.equal(breaker.waitMs(30_000), Number.POSITIVE_INFINITY);
});

test('a probe that fails costs the same time again', () => {
  const breaker = ejected();
  let nowMs = 0;
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    const wait = breaker.waitMs(nowMs);
    waits.push(wait / 1000);
    nowMs += wait;
    breaker.began();
    breaker.failed(true, 'still down', nowMs, true);
  }
  assert.deepEqual(waits, [30, 30, 30]);
});

test('after a probe that succeeds the way back goes from 10 to 100 % in 30 s', () => {
  const breaker = ejected();
  breaker.began();
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
  breaker.began();
  breaker.abandoned(true);
  assert.equal(breaker.slots(100, 30_000), 1);
});

test('a refusal is news once and is probed every five minutes', () => {
  const breaker = new Breaker(defaultTuning);
  assert.equal(breaker.rejected('401', 0), true);
  assert.equal(breaker.rejected('401', 10), false);
  assert.equal(breaker.waitMs(10), 300_000);
  assert.equal(breaker.out?.kind, 'rejected');
});
