import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Jobs, maxJobs } from '../../src/service/jobs.ts';
import { fakeClock } from '../fakeClock.ts';

suite('the jobs of a server', () => {
  test('one that is idle for a day is forgotten, also behind one that is open', async () => {
    const clock = fakeClock();
    const jobs = new Jobs(clock);
    const leave = jobs.open('open').enter(1);
    jobs.open('idle');
    await clock.advance(24 * 3600 * 1000 + 1);
    assert.throws(() => jobs.get('idle'), { kind: 'unknown_job' });
    assert.equal(jobs.get('open').state, 'ACTIVE');
    leave();
  });

  test('ids without end are remembered up to a bound, and an open one is never forgotten', () => {
    const jobs = new Jobs(fakeClock());
    jobs.open('open').enter(1);
    for (let id = 0; id < maxJobs + 10; id++) jobs.open(`${id}`);
    assert.ok(jobs.all().length <= maxJobs + 1);
    assert.equal(jobs.get('open').state, 'ACTIVE');
    assert.throws(() => jobs.get('0'), { kind: 'unknown_job' });
  });
});
