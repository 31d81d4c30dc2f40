import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metrics } from '../../src/base/metrics.ts';
import { endpoint, failure, ok, request, rig } from './setUp.ts';

test('calls, tokens, cost and retries are counted, gauges show the endpoint', async () => {
  const counts = new Map<string, number>();
  const gauges = new Map<string, () => readonly { labels: object; value: number }[]>();
  const metrics: Metrics = {
    count(name, labels, by = 1) {
      const key = `${name} ${Object.values(labels).join(' ')}`;
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    seconds: (name, labels, value) => counts.set(`${name} ${Object.values(labels).join(' ')}`, value),
    gauge: (name, read) => gauges.set(name, read),
  };
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east', { tpm: 60_000 })],
    metrics,
    script: (_, count) => ({
      afterMs: 250,
      result: count === 1 ? failure('server_error') : ok({ cachedTokens: 64 }),
    }),
  });
  const call = engine.chat(request(), scope);
  await clock.advance(1000);
  await call;
  assert.deepEqual(Object.fromEntries(counts), {
    'semtel_llm_calls_total default east server_error': 1,
    'semtel_llm_retries_total default east': 1,
    'semtel_llm_calls_total default east ok': 1,
    'semtel_llm_call_seconds default east': 0.25,
    'semtel_llm_tokens_total default east input': 90,
    'semtel_llm_tokens_total default east output': 10,
    'semtel_llm_tokens_total default east cached': 64,
    'semtel_cost_total default USD': (90 + 2 * 10) / 1e6,
  });
  const read = (name: string) =>
    gauges
      .get(name)?.()
      .map(({ labels, value }) => [...Object.values(labels), value]);
  assert.deepEqual(read('semtel_llm_inflight'), [['default', 'east', 0]]);
  assert.deepEqual(read('semtel_llm_quota'), [['default', 'east', 'tokens', 60_000]]);
  assert.deepEqual(
    read('semtel_llm_endpoint_state')?.filter((row) => row.at(-1) === 1),
    [['default', 'east', 'up', 1]],
  );
});
