import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope } from '../../src/base/scope.ts';
import { createService } from '../../src/service/service.ts';
import { endpoint, failure, ok, type RigOptions, rig } from '../llm/setUp.ts';
import { batchOf, echoClassifier, partsWith } from '../pipeline/parts.ts';

const limits = { messageBytes: 1 << 20, batchRows: 100_000, inflightBytes: 1 << 26, waitingExchanges: 8 };

/** The job's line after half a minute of a batch of so many rows, the engine being the real one. */
async function lineOf(
  rows: number,
  endpoints: RigOptions['endpoints'],
  script: NonNullable<RigOptions['script']>,
) {
  const { engine, clock } = rig({
    endpoints,
    script(sent, count) {
      const planned = script(sent, count);
      if (planned?.result.outcome !== 'ok') return planned;
      return { ...planned, result: ok({ text: 'topic:Health', promptTokens: 50, completionTokens: 10 }) };
    },
  });
  const service = await createService({
    version: '0',
    pipeline: partsWith(engine, clock, [echoClassifier('topic')]),
    limits,
    rowMs: 600_000,
    clock,
    metrics: noMetrics,
    mainThread: () => 0,
  });
  const scope = openScope(clock);
  const work = service.classify(
    {
      options: service.options({ classifiers: ['topic'], job_id: 'nightly' }),
      ipc: batchOf(Array.from({ length: rows }, (_, n) => `Question ${n}`)),
      rowCount: rows,
      door: 'local',
      peer: '127.0.0.1',
      weight: 1,
    },
    scope,
  );
  await clock.advance(30_000);
  const { summary } = service.job('nightly');
  service.cancelJob('nightly');
  await clock.advance(0);
  await Promise.all([work.catch(() => {}), engine.close()]);
  return summary;
}

const answered = () => ({ afterMs: 200, result: ok() });

test('a job is bound by the quota that is spent', async () => {
  const line = await lineOf(20_000, [endpoint('east', { tpm: 60_000, rpm: 6_000 })], answered);
  assert.match(line, /^job nightly: \d+ rows\/s, bound by tpm of east, (98|99|100) %;/);
  const requests = await lineOf(20_000, [endpoint('east', { tpm: 6_000_000, rpm: 600 })], answered);
  assert.match(requests, /^job nightly: 10 rows\/s, bound by rpm of east, (98|99|100) %;/);
});

test('a job is bound by the quotas of all endpoints, and by those that are in use', async () => {
  const three = [endpoint('east', { tpm: 60_000 }), endpoint('west', { tpm: 90_000 }), endpoint('north')];
  const line = await lineOf(20_000, three, ({ endpoint: name }) =>
    name === 'north'
      ? { afterMs: 10, result: failure('rejected', { status: 403, reason: 'answered HTTP 403' }) }
      : answered(),
  );
  assert.match(line, /bound by tpm of east and west, (98|99|100) %, without north \(answered HTTP 403\);/);
});

test('a job is bound by the concurrency of an endpoint without quota', async () => {
  const line = await lineOf(20_000, [endpoint('own', { maxConcurrency: 8 })], answered);
  assert.match(line, /^job nightly: 40 rows\/s, bound by concurrency of own, 8 in flight;/);
});

test('a job is bound by an endpoint that answers nobody', async () => {
  const line = await lineOf(20_000, [endpoint('own')], () => ({
    afterMs: 10,
    result: failure('server_error', { status: 500, reason: 'answered HTTP 500' }),
  }));
  assert.match(line, /^job nightly: 0 rows\/s, bound by no endpoint that answers \(own answered HTTP 500\);/);
});

test('a job is bound by its client where no call waits', async () => {
  const line = await lineOf(3, [endpoint('own')], () => ({ afterMs: 60_000, result: ok() }));
  assert.match(line, /bound by the client; 0 rows answered, 0 of 0 questions ok, 3 rows under way$/);
});
