import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope } from '../../src/base/scope.ts';
import { RecentErrors, recentMinutes } from '../../src/service/recentErrors.ts';
import { createService } from '../../src/service/service.ts';
import { fakeClock } from '../fakeClock.ts';
import { batchOf, echoClassifier, fakeEngine, partsWith, runToEnd } from '../pipeline/parts.ts';

suite('recent errors', () => {
  test('are counted by code, the latest first, and leave the recent ones after ten minutes', async () => {
    const clock = fakeClock(7_000);
    const errors = new RecentErrors(clock);
    errors.onCall('overloaded');
    for (let minute = 0; minute < 3 * recentMinutes; minute++) {
      errors.onCall('bad_arrow');
      await clock.advance(60_000);
    }
    const [latest, first] = errors.list();
    assert.deepEqual(latest, {
      of: 'calls',
      code: 'bad_arrow',
      recent: recentMinutes - 1,
      total: 3 * recentMinutes,
      agoMs: 60_000,
      endpoint: null,
      message: null,
    });
    assert.equal(first?.code, 'overloaded');
    assert.equal(first.recent, 0);
    assert.equal(first.total, 1);
  });

  test('are those of the ledger, and those that a door told', async () => {
    const clock = fakeClock();
    const engine = fakeEngine(
      clock,
      () => 'right',
      () => 10,
    );
    let looks = 0;
    const view = () => {
      looks += 1;
      return engine.view();
    };
    const service = await createService({
      version: '0',
      pipeline: partsWith({ ...engine, view }, clock, [echoClassifier('topic')]),
      limits: { messageBytes: 1 << 20, batchRows: 100, inflightBytes: 1 << 20, waitingExchanges: 8 },
      rowMs: 60_000,
      clock,
      metrics: noMetrics,
      mainThread: () => 0,
    });
    const ask = (texts: readonly (string | null)[], rowCount: number, jobId: string) =>
      service.classify(
        {
          options: service.options({ classifiers: ['topic'], job_id: jobId }),
          ipc: batchOf(texts),
          rowCount,
          door: 'local',
          peer: '127.0.0.1',
          weight: 1,
        },
        openScope(clock),
      );
    const { ledger } = await runToEnd(ask(['a', null, null, null], 4, 'nightly'), clock);
    await assert.rejects(runToEnd(ask(['a'], 101, 'other'), clock), { kind: 'too_many_rows' });
    service.callFailed('too_many_rows');
    const { jobs, jobsInAll, errors } = service.overview();
    const counts = errors.map(({ of, code, recent, total }) => [of, code, recent, total]);
    assert.deepEqual(counts.toSorted(), [
      ['calls', 'too_many_rows', 1, 1],
      ['questions', 'null', 3, 3],
    ]);
    assert.equal(ledger.skipped, 3);
    assert.deepEqual(
      jobs.map(({ id }) => id),
      ['other', 'nightly'],
    );
    assert.equal(jobsInAll, 2);
    looks = 0;
    assert.equal(service.jobs().length, 2);
    assert.equal(looks, 1);
    service.overview();
    assert.equal(looks, 2);
  });
});
