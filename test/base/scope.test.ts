import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { openScope, openSharedScope, sleep, untilEnd } from '../../src/base/scope.ts';
import { fakeClock } from '../fakeClock.ts';

const cancelled = () => new SemtelError('cancelled', 'no longer wanted');

test('a scope ends at its deadline and says so once', async () => {
  const clock = fakeClock();
  const scope = openScope(clock, { deadlineMs: 100 });
  const heard: string[] = [];
  scope.onEnd(({ kind }) => heard.push(kind));
  await clock.advance(99);
  assert.deepEqual(heard, []);
  await clock.advance(1);
  assert.deepEqual(heard, ['deadline']);
  scope.end(cancelled());
  assert.equal(scope.ended?.kind, 'deadline');
});

test('a child ends with its parent, and sets no timer where the parent ends first', async () => {
  const clock = fakeClock();
  const parent = openScope(clock, { deadlineMs: 50 });
  const child = openScope(clock, { parent, deadlineMs: 80 });
  assert.equal(clock.pending, 1);
  assert.equal(child.deadlineMs, 50);
  await clock.advance(50);
  assert.equal(child.ended?.kind, 'deadline');
});

test('a disposed scope leaves no timer and no listener behind', () => {
  const clock = fakeClock();
  const parent = openScope(clock);
  const child = openScope(clock, { parent, deadlineMs: 10 });
  let told = false;
  child.onEnd(() => {
    told = true;
  });
  child.dispose();
  parent.end(cancelled());
  assert.equal(clock.pending, 0);
  assert.equal(told, false);
});

test('who listens late is told at once', () => {
  const scope = openScope(fakeClock());
  scope.end(cancelled());
  let heard = '';
  scope.onEnd(({ kind }) => {
    heard = kind;
  });
  assert.equal(heard, 'cancelled');
});

test('a shared scope lives exactly as long as one member does, with the latest deadline', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      (deadlines, byLeaving) => {
        const clock = fakeClock();
        const shared = openSharedScope();
        const members = deadlines.map((deadlineMs) => {
          const scope = openScope(clock, { deadlineMs });
          return { scope, leave: shared.join(scope) };
        });
        assert.equal(shared.deadlineMs, Math.max(...deadlines));
        members.forEach(({ scope, leave }, index) => {
          assert.equal(shared.ended, undefined);
          if (byLeaving.next().value) leave();
          else scope.end(cancelled());
          assert.equal(shared.ended !== undefined, index === members.length - 1);
        });
      },
    ),
  );
});

test('sleep and untilEnd give way to the end of their scope', async () => {
  const clock = fakeClock();
  const scope = openScope(clock, { deadlineMs: 10 });
  const slept = assert.rejects(sleep(clock, 20, scope), { kind: 'deadline' });
  const waited = assert.rejects(untilEnd(new Promise(() => {}), scope), { kind: 'deadline' });
  await clock.advance(10);
  await Promise.all([slept, waited]);
  assert.equal(clock.pending, 0);
});
