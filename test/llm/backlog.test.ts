import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlog } from '../../src/llm/concurrency/backlog.ts';
import { defaultTuning } from '../../src/llm/config.ts';

/** `count` replies of calls sent now among `inflight`; the first change of the limit. */
function replies(backlog: Backlog, limit: number, latencyMs: number, inflight: number, count: number) {
  for (let i = 0; i < count; i++) {
    const measured = backlog.ended({ sentMs: 1, latencyMs, inflight, replied: true }, limit, 1);
    if (measured !== null) return measured;
  }
  return null;
}

function started(): Backlog {
  const backlog = new Backlog(defaultTuning);
  backlog.start(1_000, 20, 1);
  // A round trip settles, ten replies are a sample.
  assert.equal(replies(backlog, 20, 1_000, 20, 20 + 10), null);
  return backlog;
}

test('while calls take no longer, the limit may grow to twice what they were sent among', () => {
  const backlog = started();
  assert.equal(backlog.most, 40);
  assert.equal(replies(backlog, 40, 1_600, 32, 10), null);
  assert.equal(backlog.most, 64);
});

test('when calls queue, the limit is halved until replies come less often, and is set to 1.8 of what was worked on', () => {
  const backlog = started();
  // 16 slots of a second: 40 calls take 2.5 s.
  assert.deepEqual(replies(backlog, 40, 2_500, 40, 10), { limit: 20, settled: false });
  assert.equal(backlog.most, 0);
  assert.deepEqual(replies(backlog, 20, 1_250, 20, 20 + 10), { limit: 10, settled: false });
  const measured = replies(backlog, 10, 1_000, 10, 10 + 10)!;
  assert.ok(Math.abs(measured.limit - 1.8 * 16) < 1e-9 && measured.settled);
});

test('when all calls take longer, the limit is what it was', () => {
  const backlog = started();
  assert.deepEqual(replies(backlog, 40, 3_000, 40, 10), { limit: 20, settled: false });
  assert.deepEqual(replies(backlog, 20, 3_000, 20, 20 + 10), { limit: 40, settled: false });
  assert.equal(replies(backlog, 40, 3_000, 40, 10), null);
  assert.equal(backlog.most, 80);
});

test('a held limit stands for fifty round trips before it is looked at again', () => {
  const backlog = started();
  replies(backlog, 40, 3_000, 40, 10);
  replies(backlog, 20, 3_000, 20, 20 + 10);
  assert.equal(replies(backlog, 40, 6_000, 40, 50 * 40 - 10), null);
  assert.deepEqual(replies(backlog, 40, 6_000, 40, 10), { limit: 20, settled: false });
});

test('one call that hangs is no queue, and scatters the sample so that it takes more replies', () => {
  const backlog = started();
  assert.equal(backlog.ended({ sentMs: 1, latencyMs: 5_000, inflight: 20, replied: false }, 40, 1), null);
  assert.equal(replies(backlog, 40, 1_000, 20, 100), null);
  assert.ok(backlog.most > 0);
});
