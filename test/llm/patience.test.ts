import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyWindow } from '../../src/llm/endpoint/latency.ts';
import { Patience } from '../../src/llm/endpoint/patience.ts';

const near = (seen: number, wanted: number) => assert.ok(Math.abs(seen / wanted - 1) < 0.02, `${seen}`);

/** Two endpoints of a model. */
function pair(maxMs = 60_000) {
  const model = new LatencyWindow(0);
  const bounds = { minMs: 5000, maxMs };
  return { one: new Patience(model, bounds, 0), other: new Patience(model, bounds, 0) };
}

test('twice the 99th percentile between 5 s and the maximum, which it is while nothing is known', () => {
  for (const [latencyMs, timeoutMs] of [
    [100, 5000],
    [4000, 8000],
    [50_000, 60_000],
  ] as const) {
    const { one } = pair();
    for (let i = 0; i < 20; i++) one.answered(latencyMs, false, 0);
    near(one.timeoutMs(0, 0), timeoutMs);
  }
  assert.equal(pair().one.timeoutMs(0, 0), 60_000);
  const { one } = pair(2000);
  one.answered(100, false, 0);
  assert.equal(one.timeoutMs(0, 0), 2000);
});

test('who has not answered yet is measured by four times what its siblings took', () => {
  const { one, other } = pair();
  other.answered(3000, false, 0);
  near(one.timeoutMs(0, 0), 12_000);
});

test('a few latencies of its own raise what siblings suggest, twenty stand alone', () => {
  const { one, other } = pair();
  for (let i = 0; i < 100; i++) other.answered(2000, false, 0);
  for (let i = 0; i < 19; i++) one.answered(3000, false, 0);
  near(one.timeoutMs(0, 0), 12_000);
  one.answered(3000, false, 0);
  near(one.timeoutMs(0, 1000), 6000);
});

test('a call that timed out may take longer each time, so that ten attempts answer what is slow by itself', () => {
  const { one } = pair();
  for (let i = 0; i < 20; i++) one.answered(100, false, 0);
  assert.deepEqual(
    [0, 1, 2, 9, 20].map((timeouts) => Math.round(one.timeoutMs(timeouts, 0))),
    [5000, 6500, 8450, 53_022, 60_000],
  );
});

test('a queue that is worked off in equal batches is never cut short', () => {
  const { one } = pair();
  for (let batch = 1; batch <= 5; batch++) {
    const doneMs = batch * 10_000;
    assert.ok(one.timeoutMs(0, doneMs - 1) >= doneMs, `batch ${batch}`);
    for (let i = 0; i < 4; i++) one.answered(doneMs, false, doneMs);
  }
});

test('an answer after nothing but failures starts the books anew', () => {
  const { one } = pair();
  for (let i = 0; i < 1000; i++) one.answered(100, false, 0);
  one.answered(30_000, true, 0);
  assert.equal(one.timeoutMs(0, 0), 60_000);
  one.answered(500, true, 1000);
  assert.equal(one.timeoutMs(0, 1000), 5000);
});
