import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricCatalogue } from '../../src/base/metrics.ts';
import { prometheusMetrics } from '../../src/observe/prometheus.ts';

test('counts add up by label, gauges are read when scraped, and every name and type is exported', async () => {
  const metrics = prometheusMetrics('1.2.3');
  metrics.count('semtel_answers_total', { classifier: 'topic', status: 'ok', source: 'llm' });
  metrics.count('semtel_answers_total', { classifier: 'topic', status: 'ok', source: 'llm' }, 4);
  metrics.count('semtel_answers_total', { classifier: 'topic', status: 'failed', source: 'llm' });
  metrics.seconds('semtel_exchange_seconds', { door: 'grpc' }, 0.3);
  let waiting = 3;
  metrics.gauge('semtel_rows_waiting', () => [{ labels: {}, value: waiting }]);
  waiting = 7;
  await metrics.scrape();
  const { body } = await metrics.scrape();
  assert.match(body, /semtel_answers_total\{classifier="topic",status="ok",source="llm"\} 5\n/);
  assert.match(body, /semtel_answers_total\{classifier="topic",status="failed",source="llm"\} 1\n/);
  assert.match(body, /semtel_exchange_seconds_bucket\{le="0.5",door="grpc"\} 1\n/);
  assert.match(body, /semtel_rows_waiting 7\n/);
  assert.match(body, /# TYPE semtel_event_loop_delay_seconds summary\n/);
  assert.match(body, /semtel_build_info\{version="1.2.3"\} 1\n/);
  for (const [name, { kind }] of Object.entries(metricCatalogue))
    if (kind !== 'gauge') assert.ok(body.includes(`# TYPE ${name} ${kind}\n`), name);
});
