import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope } from '../../src/base/scope.ts';
import { mostActive, mostIdle } from '../../src/service/overview.ts';
import { createService } from '../../src/service/service.ts';
import { fakeClock } from '../fakeClock.ts';
import { batchOf, echoClassifier, fakeEngine, partsWith, runToEnd } from '../pipeline/parts.ts';

test('an overview shows so many jobs, the active ones first, and sums up all that are active', async () => {
  const clock = fakeClock();
  const ended = mostIdle + 5;
  const active = mostActive + 20;
  const engine = fakeEngine(
    clock,
    (n) => (n < ended ? 'right' : 'hang'),
    () => 1,
  );
  const price = () => ({ input: 1, output: 1, currency: 'EUR' });
  const service = await createService({
    version: '0',
    pipeline: partsWith({ ...engine, price }, clock, [echoClassifier('topic')]),
    limits: { messageBytes: 1 << 20, batchRows: 100, inflightBytes: 1 << 24, waitingExchanges: 512 },
    rowMs: 60_000,
    clock,
    metrics: noMetrics,
    mainThread: () => 0,
  });
  const client = openScope(clock);
  const ask = (jobId: string) => {
    const options = service.options({ classifiers: ['topic'], job_id: jobId });
    const from = { door: 'local', peer: '127.0.0.1', weight: 1 } as const;
    return service.classify({ options, ipc: batchOf([jobId]), rowCount: 1, ...from }, client);
  };
  for (let n = 0; n < ended; n++) await runToEnd(ask(`ended-${n}`), clock);
  await clock.advance(3_000);
  const open = Array.from({ length: active }, (_, n) =>
    ask(`open-${String(n).padStart(3, '0')}`).catch(() => {}),
  );
  while (service.overview().active.jobs < active) await clock.advance(1);

  const overview = service.overview();
  assert.equal(overview.jobsInAll, ended + active);
  assert.equal(overview.active.rowsWaiting, active);
  assert.equal(overview.jobs.length, mostActive + mostIdle);
  const first = overview.jobs[0]!;
  assert.deepEqual([first.id, first.state], ['open-000', 'ACTIVE']);
  const latest = overview.jobs[mostActive]!;
  assert.deepEqual([latest.id, latest.state, latest.currency], [`ended-${ended - 1}`, 'IDLE', 'EUR']);
  assert.ok(latest.idleMs >= 3_000);

  client.end(new SemtelError('cancelled', 'The client went away.'));
  await runToEnd(Promise.all(open), clock);
});
