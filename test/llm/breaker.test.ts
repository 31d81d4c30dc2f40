import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTuning } from '../../src/llm/config.ts';
import { Breaker } from '../../src/llm/endpoint/breaker.ts';

/** Sends a call that fails; true when that takes the endpoint out. */
function fail(breaker: Breaker, nowMs = 0, mayEject = true): boolean {
  return breaker.failed(breaker.began(nowMs), 'down', nowMs, mayEject);
}

function ejected(): Breaker {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 5; i++) fail(breaker);
  return breaker;
}

test('five failures in a row take an endpoint out for 30 s; a success in between starts anew', () => {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 4; i++) assert.equal(fail(breaker), false);
  breaker.succeeded(breaker.began(0), 0);
  for (let i = 0; i < 4; i++) assert.equal(fail(breaker), false);
  assert.equal(breaker.slots(100, 0), 100);
  assert.equal(fail(breaker), true);
  assert.equal(breaker.slots(100, 0), 0);
  assert.equal(breaker.waitMs(0), 30_000);
});

test('failures that end before answers to calls sent with them are none in a row', () => {
  const breaker = new Breaker(defaultTuning);
  const turns = Array.from({ length: 100 }, () => breaker.began(0));
  for (const turn of turns)
    if (turn.number % 5 > 0) assert.equal(breaker.failed(turn, 'reset', 1, true), false);
  assert.equal(breaker.failing, false);
  breaker.succeeded(turns[0]!, 100);
  assert.equal(breaker.failed(turns[5]!, 'reset', 100, true), true);
});

test('a row is found in whatever order its calls end, and an answer to an earlier one does not hide it', () => {
  const breaker = new Breaker(defaultTuning);
  const turns = Array.from({ length: 7 }, () => breaker.began(0));
  for (const at of [4, 2, 6, 3]) assert.equal(breaker.failed(turns[at]!, 'down', 1, false), false);
  breaker.failed(turns[5]!, 'down', 2, false);
  assert.equal(breaker.failing, true);
  assert.equal(breaker.succeeded(turns[0]!, 3), true);
  breaker.failed(turns[1]!, 'down', 4, false);
  assert.equal(breaker.failing, true);
});

test('calls sent before one that was answered are in no row, whenever they fail', () => {
  const breaker = new Breaker(defaultTuning);
  const turns = Array.from({ length: 9 }, () => breaker.began(0));
  breaker.succeeded(turns[4]!, 1);
  for (const at of [0, 1, 2, 3, 5, 6, 7, 8]) breaker.failed(turns[at]!, 'late', 2, true);
  assert.equal(breaker.failing, false);
  assert.equal(fail(breaker, 3), true);
});

test('the last one stays in, and while it fails every call it gets two a second', () => {
  const breaker = new Breaker(defaultTuning);
  for (let i = 0; i < 50; i++) fail(breaker, 0, false);
  assert.equal(breaker.slots(100, 0), 100);
  assert.equal(breaker.waitMs(500), 0);
  const turn = breaker.began(500);
  assert.equal(turn.probe, false);
  assert.equal(breaker.waitMs(500), 500);
  assert.equal(breaker.succeeded(turn, 501), true);
  breaker.began(1);
  assert.equal(breaker.waitMs(1), 0);
});

test('one probe goes out every 30 s, whether it has ended or hangs', () => {
  const breaker = ejected();
  assert.equal(breaker.waitMs(30_000), 0);
  const probe = breaker.began(30_000);
  assert.equal(probe.probe, true);
  assert.equal(breaker.slots(100, 30_000), 0);
  assert.equal(breaker.waitMs(31_000), 29_000);
  breaker.failed(probe, 'still down', 45_000, true);
  assert.equal(breaker.waitMs(45_000), 15_000);
});

test('once another is back from what took them all, it is asked at once and goes out again if it fails', () => {
  const breaker = ejected();
  breaker.hurry();
  assert.equal(breaker.waitMs(1), 0);
  const turn = breaker.began(1);
  assert.equal(breaker.waitMs(1), 500);
  assert.equal(breaker.failed(turn, 'still down', 2, true), true);
  assert.equal(breaker.waitMs(2), 30_000);
  breaker.hurry();
  breaker.succeeded(breaker.began(3), 3);
  assert.equal(breaker.slots(100, 3), 100);
});

test('after a probe that succeeds the way back goes from 10 to 100 % in 30 s', () => {
  const breaker = ejected();
  breaker.succeeded(breaker.began(30_000), 30_000);
  assert.deepEqual(
    [30_000, 40_000, 50_000, 60_000].map((nowMs) => breaker.slots(100, nowMs)),
    [10, 40, 70, 100],
  );
});

test('calls from before the ejection neither bring an endpoint back nor prolong it', () => {
  const breaker = new Breaker(defaultTuning);
  const [one, other] = [breaker.began(0), breaker.began(0)];
  for (let i = 0; i < 5; i++) fail(breaker);
  breaker.succeeded(one, 1);
  assert.equal(breaker.slots(100, 1), 0);
  breaker.failed(other, 'late', 20_000, true);
  assert.equal(breaker.waitMs(20_000), 10_000);
});

test('a probe that is abandoned gives its turn to the next call', () => {
  const breaker = ejected();
  breaker.abandoned(breaker.began(30_000));
  assert.equal(breaker.waitMs(30_000), 0);
});

test('a refusal is news once and is probed every five minutes', () => {
  const breaker = new Breaker(defaultTuning);
  assert.equal(breaker.rejected('401', 0), true);
  assert.equal(breaker.rejected('401', 10), false);
  assert.equal(breaker.waitMs(10), 300_000);
  assert.equal(breaker.out?.kind, 'rejected');
});
