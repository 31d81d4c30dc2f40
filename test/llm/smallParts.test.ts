import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../../src/llm/backoff.ts';
import { defaultTuning, providerOf } from '../../src/llm/config.ts';
import { Headroom } from '../../src/llm/headroom.ts';
import { attemptTimeoutMs, LatencyWindow } from '../../src/llm/latency.ts';
import { pauseMs } from '../../src/llm/pause.ts';
import { RetryBudget } from '../../src/llm/retryBudget.ts';

test('back-off doubles from half a second to twenty, and takes any part of it', () => {
  const longest = (nth: number) => backoffMs(nth, 500, 20_000, () => 1);
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7].map(longest), [500, 1000, 2000, 4000, 8000, 16_000, 20_000]);
  assert.equal(
    backoffMs(3, 500, 20_000, () => 0),
    0,
  );
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

test('an explained 429 pauses as told, else one second, at most sixty, with up to a tenth more', () => {
  const pause = (retryAfterMs: number | null, random = 0) =>
    pauseMs({ retryAfterMs, explained: true, inARow: 1 }, defaultTuning, () => random);
  assert.deepEqual([pause(null), pause(250), pause(1e9), pause(1000, 0.5)], [1000, 250, 60_000, 1050]);
});

test('an unexplained 429 that names no time pauses briefly, longer when it goes on', () => {
  const pause = (inARow: number) =>
    pauseMs({ retryAfterMs: null, explained: false, inARow }, defaultTuning, () => 0);
  assert.deepEqual([1, 2, 3, 8].map(pause), [10, 20, 40, 1000]);
});

test('headroom is cut at most once a second, not below half, and creeps back', () => {
  const headroom = new Headroom(defaultTuning, 0);
  headroom.cut(0);
  headroom.cut(999);
  assert.ok(Math.abs(headroom.at(999) - 0.98 * 0.98) < 0.001);
  for (let s = 1; s < 200; s++) headroom.cut(s * 1000);
  assert.ok(headroom.at(199_000) >= 0.5);
  assert.ok(headroom.at(199_000 + 600_000) > 0.98);
});

test('latencies are known from the first and twentieth sample on, and forgotten after five minutes', () => {
  const latency = new LatencyWindow(0);
  assert.deepEqual(latency.percentiles(0), { p50: null, p99: null });
  latency.record(200, 0);
  assert.deepEqual(latency.percentiles(1000), { p50: 200, p99: null });
  for (let i = 0; i < 99; i++) latency.record(400, 2000);
  const { p50, p99 } = latency.percentiles(3000);
  assert.ok(Math.abs(p50! - 400) <= 4 && Math.abs(p99! - 400) <= 4);
  latency.record(50, 150_000);
  latency.record(50, 301_000);
  assert.equal(latency.percentiles(302_000).p50, 50);
});

test('the attempt timeout is twice the 99th percentile between 5 s and the maximum, which it is while nothing is known', () => {
  const timeout = (p99: number | null) => attemptTimeoutMs(p99, 5000, 60_000);
  assert.deepEqual([null, 100, 4000, 50_000].map(timeout), [60_000, 5000, 8000, 60_000]);
  assert.equal(attemptTimeoutMs(100, 5000, 2000), 2000);
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
