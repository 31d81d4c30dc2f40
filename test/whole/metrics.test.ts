import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusMetrics } from '../../src/observe/prometheus.ts';
import { noPromtool, promtool } from '../deploy/promtool.ts';
import { until } from '../until.ts';
import { batchOf, withStack } from './stack.ts';

/** Every metric that is promised, its type and its labels. */
const promised: Readonly<Record<string, readonly [type: string, ...labels: string[]]>> = {
  semtel_answers_total: ['counter', 'classifier', 'status', 'source'],
  semtel_repairs_total: ['counter', 'classifier', 'repair'],
  semtel_exchanges_total: ['counter', 'door', 'code'],
  semtel_exchange_seconds: ['histogram', 'door'],
  semtel_calls_failed_total: ['counter', 'error'],
  semtel_token_exchanges_total: ['counter', 'token'],
  semtel_token_rows_total: ['counter', 'token'],
  semtel_jobs_active: ['gauge'],
  semtel_rows_waiting: ['gauge'],
  semtel_exchanges_waiting: ['gauge'],
  semtel_inflight_bytes: ['gauge'],
  semtel_llm_calls_total: ['counter', 'model', 'endpoint', 'outcome'],
  semtel_llm_call_seconds: ['histogram', 'model', 'endpoint'],
  semtel_llm_tokens_total: ['counter', 'model', 'endpoint', 'type'],
  semtel_llm_inflight: ['gauge', 'model', 'endpoint'],
  semtel_llm_concurrency_limit: ['gauge', 'model', 'endpoint'],
  semtel_llm_quota: ['gauge', 'model', 'endpoint', 'unit'],
  semtel_llm_quota_level: ['gauge', 'model', 'endpoint', 'unit'],
  semtel_llm_endpoint_state: ['gauge', 'model', 'endpoint', 'state'],
  semtel_llm_retries_total: ['counter', 'model', 'endpoint'],
  semtel_cost_total: ['counter', 'model', 'currency'],
  semtel_tokens_saved_total: ['counter', 'by'],
  semtel_store_errors_total: ['counter', 'operation'],
  semtel_event_loop_delay_seconds: ['summary', 'quantile'],
  semtel_pool_queue: ['gauge'],
  semtel_build_info: ['gauge', 'version'],
};

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function samplesOf(exposition: string): readonly Sample[] {
  return exposition.split('\n').flatMap((line) => {
    const [, name, inBraces = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = [...inBraces.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key!, text!]);
    return [{ name, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) }];
  });
}

const texts = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `Question ${n + from} [[topic=Health]] [[expertise=Expert]]`);

test('every metric that is promised is there with its type and labels, and is fed', async (context) => {
  const metrics = prometheusMetrics('1.2.3');
  const control = { answers: 'marked', tpm: 100_000_000, rpm: 1_000_000, seed: 3 } as const;
  await withStack(
    control,
    async ({ client, simulator }) => {
      const ask = (count: number, from: number, more = {}) =>
        client.classify({ classifiers: ['topic'], ...more }, batchOf(texts(count, from)));
      simulator.control({ faults: { '429': 0.1, '500': 0.1, reset: 0.1, fenced: 0.2 } });
      await ask(200, 0);
      simulator.control({ faults: { '429': 0, '500': 0, reset: 0, fenced: 0 } });
      await ask(200, 0);
      await ask(20, 500, { classifiers: ['topic', 'expertise'], combine: true });
      await client.classify({ classifiers: ['topic'] }, batchOf([...texts(1, 600), ...texts(1, 600)]));
      await client.classify(
        { classifiers: ['topic'] },
        batchOf([`${texts(1, 650)} ${'word '.repeat(20_000)}`]),
      );
      simulator.control({ latency_ms: 60_000 });
      const abort = new AbortController();
      const gone = client.classify({ classifiers: ['topic'] }, batchOf(texts(5, 700)), {
        signal: abort.signal,
      });
      const cancelled = assert.rejects(gone, { kind: 'cancelled' });
      await until(() => simulator.stats().endpoints['']!.in_flight > 0);
      abort.abort();
      await cancelled;
      simulator.control({ latency_ms: 0, faults: { '401': 1 } });
      await assert.rejects(ask(3, 800), { kind: 'endpoints_rejected' });

      const { body } = await metrics.scrape();
      await context.test('and passes promtool', { skip: noPromtool }, () => {
        assert.equal(promtool(['check', 'metrics'], body), '');
      });
      const samples = samplesOf(body);
      const total = (name: string, labels: Sample['labels'] = {}) =>
        samples
          .filter((one) => one.name === name)
          .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
          .reduce((sum, { value }) => sum + value, 0);
      for (const [name, [type, ...labels]] of Object.entries(promised)) {
        assert.ok(body.includes(`# TYPE ${name} ${type}\n`), name);
        const [sample] = samples.filter(
          (one) => one.name === (type === 'histogram' ? `${name}_count` : name),
        );
        assert.ok(sample !== undefined, `${name} has no sample`);
        assert.deepEqual(Object.keys(sample.labels).sort(), [...labels].sort(), name);
        if (type === 'counter' || type === 'histogram') assert.ok(sample.value > 0, name);
      }
      for (const outcome of [
        'ok',
        'throttled_unexplained',
        'server_error',
        'connection',
        'rejected',
        'aborted',
      ])
        assert.ok(total('semtel_llm_calls_total', { outcome }) > 0, outcome);
      assert.ok(total('semtel_llm_retries_total') > 0);
      assert.ok(total('semtel_repairs_total', { repair: 'fences' }) > 0);
      for (const by of ['store', 'shared', 'combine', 'truncate'])
        assert.ok(total('semtel_tokens_saved_total', { by }) > 0, by);
      for (const source of ['llm', 'store', 'shared'])
        assert.ok(total('semtel_answers_total', { source }) > 0, source);
      const { prompt_tokens, completion_tokens } = simulator.stats().endpoints['']!;
      assert.equal(total('semtel_llm_tokens_total', { type: 'input' }), prompt_tokens);
      assert.equal(total('semtel_llm_tokens_total', { type: 'output' }), completion_tokens);
      assert.ok(Math.abs(total('semtel_cost_total') - (prompt_tokens + 2 * completion_tokens) / 1e6) < 1e-9);
      for (const code of ['OK', 'CANCELLED', 'FAILED_PRECONDITION'])
        assert.ok(total('semtel_exchanges_total', { door: 'grpc', code }) > 0, code);
      assert.equal(total('semtel_llm_quota', { unit: 'tokens' }), 100_000_000);
      assert.equal(total('semtel_llm_endpoint_state', { state: 'rejected' }), 1);
      assert.equal(total('semtel_llm_endpoint_state'), 1);
      for (const idle of ['semtel_jobs_active', 'semtel_rows_waiting', 'semtel_inflight_bytes'])
        assert.equal(total(idle), 0, idle);
      assert.deepEqual(
        [...new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')))].sort(),
        Object.keys(promised).sort(),
      );
    },
    // A store that cannot be opened: its failures are counted, and what is to be kept is found all the same.
    { metrics, settings: 'store: { path: /dev/null/store.sqlite }' },
  );
});
