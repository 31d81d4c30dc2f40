import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTuning, providerOf } from '../../src/llm/config.ts';
import { Cooling } from '../../src/llm/endpoint/cooling.ts';
import { LatencyWindow } from '../../src/llm/endpoint/latency.ts';
import { pauseMs } from '../../src/llm/endpoint/pause.ts';
import { Scout } from '../../src/llm/endpoint/scout.ts';
import { Beyond } from '../../src/llm/quota/beyond.ts';
import { BorneRate } from '../../src/llm/quota/borneRate.ts';
import { Headroom } from '../../src/llm/quota/headroom.ts';
import { RanIn } from '../../src/llm/quota/ranIn.ts';
import { Spending } from '../../src/llm/quota/spending.ts';
import { backoffMs } from '../../src/llm/retry/backoff.ts';
import { RetryBudget } from '../../src/llm/retry/retryBudget.ts';

test('back-off lets ten attempts last a minute, and none waits longer than 9 s', () => {
  const pauses = (random: number) =>
    Array.from({ length: 9 }, (_, i) => backoffMs(i + 1, defaultTuning, () => random));
  assert.deepEqual(pauses(0), [500, 2000, 8000, ...Array(6).fill(9000)]);
  const shortest = pauses(1).reduce((a, b) => a + b);
  assert.ok(shortest > 61_000, `${shortest}`);
});

test('the retry budget gives a fifth of the calls and ten a second', () => {
  const budget = new RetryBudget(0.2, 10, 0);
  const spend = (nowMs: number) => {
    let count = 0;
    while (budget.spend(nowMs)) count += 1;
    return count;
  };
  assert.equal(spend(0), 10);
  for (let i = 0; i < 103; i++) budget.earn();
  assert.equal(spend(0), 20);
  assert.equal(spend(1500), 15);
});

test('a 429 pauses as told, at most a minute, with up to a tenth more', () => {
  const pause = (retryAfterMs: number, random = 0) =>
    pauseMs({ retryAfterMs, inARow: 1 }, defaultTuning, () => random);
  assert.deepEqual([pause(250), pause(1e9), pause(1000, 0.5)], [250, 60_000, 1050]);
});

test('a 429 that names no time pauses briefly, longer when it goes on', () => {
  const pause = (inARow: number) => pauseMs({ retryAfterMs: null, inARow }, defaultTuning, () => 0);
  assert.deepEqual([1, 2, 3, 8, 20].map(pause), [10, 20, 40, 1280, 5000]);
});

const tight = () => new Headroom(0.98, 0.99, defaultTuning, 0);

test('headroom is cut at most once a second, by half a hundredth at first', () => {
  const headroom = tight();
  headroom.cut(0, 0);
  headroom.cut(0, 999);
  assert.ok(Math.abs(headroom.at(999) - 0.98 * 0.995) < 0.001);
});

test('headroom is cut by half of what is refused while that goes on, to a tenth, and is back in half a minute', () => {
  const headroom = tight();
  for (let s = 0; s < 4; s++) headroom.cut(0.5, s * 1000);
  assert.ok(headroom.at(3000) < 0.5, `${headroom.at(3000)}`);
  for (let s = 4; s < 60; s++) headroom.cut(0.5, s * 1000);
  assert.ok(Math.abs(headroom.at(59_000) - 0.1) < 0.001);
  assert.equal(headroom.at(59_000 + 30_000), 0.99);
});

test('more than a quota is used slowly, while it is all used; after a 429 one minute as it was, then two', () => {
  const beyond = new Beyond(0.99);
  let nowMs = 0;
  const use = (seconds: number) => {
    for (const endMs = nowMs + 1_000 * seconds; nowMs < endMs; nowMs += 100) beyond.used(nowMs);
  };
  use(50);
  assert.ok(Math.abs(beyond.max - 1.09) < 0.001, `${beyond.max}`);
  beyond.refused(1.09, nowMs);
  use(59);
  assert.equal(beyond.max, 1.08);
  use(51);
  assert.ok(Math.abs(beyond.max - 1.18) < 0.002, `${beyond.max}`);
  beyond.refused(beyond.max, nowMs);
  const held = beyond.max;
  use(119);
  assert.equal(beyond.max, held);
  nowMs += 60_000;
  beyond.used(nowMs);
  assert.equal(beyond.max, held);
});

test('a rate is what the last second spent', () => {
  const rate = new Spending(0);
  for (let ms = 0; ms < 5000; ms += 10) rate.add(1, ms);
  assert.ok(Math.abs(rate.at(5000) / 6000 - 1) < 0.02, `${rate.at(5000)}`);
  assert.ok(rate.at(10_000) < 60);
});

test('the rate that an endpoint bears counts its rests and leaves out idle times', () => {
  const borne = new BorneRate();
  for (let s = 0; s < 20; s++) borne.add(1, s * 1000);
  assert.equal(borne.perMinute(20_000), 60);
  for (let s = 60; s < 70; s++) borne.add(1, s * 1000);
  for (let s = 70; s < 80; s++) {
    borne.add(1, s * 1000);
    borne.add(-1, s * 1000);
  }
  assert.equal(borne.perMinute(80_000), 30);
});

test('what a job that begins late bears is counted from its first call', () => {
  const borne = new BorneRate();
  for (let s = 5; s < 15; s++) borne.add(1, s * 1000);
  assert.equal(borne.perMinute(15_000), 60);
});

test('what ran in between two refusals is what was let in, if they are neither near nor far', () => {
  const ranIn = new RanIn(3_000);
  const refused = (atMs: number, takenRequests: number) => ranIn.refused({ atMs, takenRequests });
  assert.equal(refused(0, 50), null);
  assert.equal(refused(500, 70), null);
  // 50 were sent, and 2 of them refused.
  assert.equal(refused(2_000, 100), 48 * 30);
  assert.equal(refused(1_990, 99), null);
  assert.equal(refused(9_000, 300), null);
  assert.equal(refused(11_000, 341), 40 * 30);
});

test('after the first answer of an endpoint that tells nothing the next calls go evenly over most of its latency', () => {
  const scout = new Scout(1_000, 20);
  scout.began(0);
  assert.equal(scout.waitMs(0), 1_000);
  scout.ended(false, 0, 100);
  assert.equal(scout.waitMs(100), 0);
  scout.began(100);
  scout.ended(true, 100, 300);
  assert.equal(scout.waitMs(300), 0);
  scout.began(300);
  assert.equal(scout.waitMs(300), 7.5);
  scout.began(448);
  assert.equal(scout.waitMs(450), 0);
});

test('once refusals go on, one call alone follows each rest until one is answered', () => {
  const cooling = new Cooling(defaultTuning, () => 0);
  let nowMs = 0;
  for (const restMs of [10, 20, 40, 80]) {
    assert.equal(cooling.began(), false);
    cooling.throttled(nowMs, null, nowMs);
    cooling.throttled(nowMs - 1, null, nowMs);
    assert.equal(cooling.waitMs(nowMs), restMs);
    nowMs += restMs;
  }
  assert.equal(cooling.waitMs(nowMs), 0);
  assert.equal(cooling.began(), true);
  assert.equal(cooling.waitMs(nowMs), Number.POSITIVE_INFINITY);
  cooling.ended(true);
  assert.equal(cooling.waitMs(nowMs), 0);
  assert.equal(cooling.succeeded(0), false);
  assert.equal(cooling.succeeded(nowMs), true);
  assert.equal(cooling.began(), false);
});

test('latencies are known from the first sample on, and forgotten after five minutes', () => {
  const window = new LatencyWindow(0);
  assert.deepEqual(window.latencies(0), { count: 0, p50: null, p99: null });
  window.record(200, 0);
  assert.deepEqual(window.latencies(1000), { count: 1, p50: 200, p99: 200 });
  for (let i = 0; i < 99; i++) window.record(400, 2000);
  const { count, p50, p99 } = window.latencies(3000);
  assert.ok(count === 100 && Math.abs(p50! - 400) <= 4 && Math.abs(p99! - 400) <= 4);
  window.record(50, 150_000);
  window.record(50, 301_000);
  assert.equal(window.latencies(302_000).p50, 50);
});

test('the provider is known by the host of its address', () => {
  const of = {
    'https://api.openai.com/v1': 'openai',
    'https://eu.api.openai.com/v1': 'openai',
    'https://mine.openai.azure.com/openai/v1': 'azure',
    'https://mine.cognitiveservices.azure.com/openai/deployments/x': 'azure',
    'https://api.anthropic.com/v1': 'anthropic',
    'http://localhost:8000/v1': 'other',
    'https://notopenai.com/v1': 'other',
    'not an address': 'other',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(of).map((url) => [url, providerOf(url)])), of);
});
