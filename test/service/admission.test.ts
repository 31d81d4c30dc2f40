import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SemtelError } from '../../src/base/error.ts';
import { openScope } from '../../src/base/scope.ts';
import { Admission } from '../../src/service/admission.ts';
import { fakeClock, settled } from '../fakeClock.ts';

const limits = { inflightBytes: 1_000, waitingExchanges: 4 };
const load = (jobId: string, bytes: number) => ({ jobId, bytes });
const nothingAhead = () => 0;

test('what is admitted never passes the byte limit, and all is given back, for any order of leaving', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 7 }),
      fc.infiniteStream(fc.nat()),
      async (sizes, picks) => {
        const clock = fakeClock();
        const admission = new Admission(
          { ...limits, waitingExchanges: 100, inflightBytes: 1_500 },
          clock,
          nothingAhead,
        );
        const scope = openScope(clock);
        const leaving: (() => void)[] = [];
        for (const [index, bytes] of sizes.entries())
          void admission.admit(load(`job${index % 3}`, bytes), scope).then((leave) => leaving.push(leave));
        let left = 0;
        for (;;) {
          await settled();
          assert.ok(admission.inflightBytes <= 1_500);
          if (leaving.length === 0) break;
          const [leave] = leaving.splice(picks.next().value % leaving.length, 1);
          leave!();
          leave!();
          left += 1;
        }
        assert.equal(left, sizes.length);
        assert.equal(admission.inflightBytes, 0);
        assert.equal(admission.waitingExchanges, 0);
      },
    ),
    { numRuns: 100 },
  );
});

test('a batch larger than the limit goes in alone', async () => {
  const clock = fakeClock();
  const admission = new Admission(limits, clock, nothingAhead);
  const leave = await admission.admit(load('a', 5_000), openScope(clock));
  leave();
  assert.equal(admission.inflightBytes, 0);
});

test('beyond the waiting limit an exchange is told when to come back', async () => {
  const clock = fakeClock();
  const admission = new Admission(limits, clock, nothingAhead);
  const scope = openScope(clock);
  await admission.admit(load('a', 1_000), scope);
  for (let i = 0; i < limits.waitingExchanges; i++) void admission.admit(load('a', 10), scope);
  await assert.rejects(admission.admit(load('a', 10), scope), (error: SemtelError) => {
    assert.equal(error.kind, 'overloaded');
    assert.ok(error.retryAfterMs! >= 500);
    return true;
  });
});

test('jobs take turns, however many batches one of them has waiting', async () => {
  const clock = fakeClock();
  const admission = new Admission(limits, clock, nothingAhead);
  const scope = openScope(clock);
  const order: string[] = [];
  const first = await admission.admit(load('big', 1_000), scope);
  const waits = ['big', 'big', 'small'].map(async (job) => {
    const leave = await admission.admit(load(job, 300), scope);
    order.push(job);
    leave();
  });
  first();
  await Promise.all(waits);
  assert.deepEqual(order, ['big', 'small', 'big']);
});

test('who stops waiting makes room in the queue', async () => {
  const clock = fakeClock();
  const admission = new Admission(limits, clock, nothingAhead);
  await admission.admit(load('a', 1_000), openScope(clock));
  const impatient = openScope(clock, { deadlineMs: 10 });
  const waiting = assert.rejects(admission.admit(load('a', 10), impatient), { kind: 'deadline' });
  assert.equal(admission.waitingExchanges, 1);
  await clock.advance(10);
  await waiting;
  assert.equal(admission.waitingExchanges, 0);
});

test('jobs that hold on to their memory leave some for a job that comes new, however many they are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 60 }),
      async (hogs, bytes) => {
        const clock = fakeClock();
        const admission = new Admission({ inflightBytes: 2_000, waitingExchanges: 500 }, clock, nothingAhead);
        const scope = openScope(clock);
        for (let turn = 0; turn < 10; turn++)
          for (let hog = 0; hog < hogs; hog++)
            admission.admit(load(`hog${hog}`, bytes), scope).catch(() => {});
        await settled();
        const small = Math.floor(2_000 / (hogs + 1)) - bytes;
        if (small < 1) return;
        const leave = await admission.admit(load('new', small), scope);
        leave();
      },
    ),
  );
});
