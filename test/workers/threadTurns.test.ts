import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { openScope } from '../../src/base/scope.ts';
import { ThreadTurns } from '../../src/workers/threadTurns.ts';
import { fakeClock, settled } from '../fakeClock.ts';

const clock = fakeClock();
const forever = openScope(clock);

/** One thread, and the jobs in the order in which it served their tasks. */
function oneThread() {
  const turns = new ThreadTurns(1);
  const served: string[] = [];
  let leave: (() => void) | undefined;
  return {
    turns,
    served,
    async ask(jobId: string, bytes: number, scope = forever): Promise<void> {
      turns.take(jobId, bytes, scope).then(
        (give) => {
          served.push(jobId);
          leave = give;
        },
        () => {},
      );
      await settled();
    },
    async finish(): Promise<void> {
      const give = leave;
      leave = undefined;
      give?.();
      await settled();
    },
  };
}

suite('turns at the threads', () => {
  test('a job of small tasks waits for the one that runs, not for those that twenty other jobs have waiting', async () => {
    const thread = oneThread();
    for (let round = 0; round < 4; round++)
      for (let hog = 0; hog < 20; hog++) await thread.ask(`hog${hog}`, 3_500_000);
    for (let task = 0; task < 30; task++) {
      await thread.ask('small', 22_000);
      await thread.finish();
      assert.equal(thread.served.at(-1), 'small');
      await thread.finish();
      assert.notEqual(thread.served.at(-1), 'small');
    }
  });

  test('jobs that all have tasks waiting get even shares of bytes, whatever the size of their tasks', async () => {
    const size = fc.integer({ min: 1, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 2, maxLength: 5 }), async (sizes) => {
        const thread = oneThread();
        const most = Math.max(...sizes) + 16_384;
        const got = sizes.map(() => 0);
        for (const [job, bytes] of sizes.entries())
          for (let i = 0; i < 3; i++) await thread.ask(`${job}`, bytes);
        for (let i = 0; i < 60; i++) {
          const job = Number(thread.served.at(-1));
          got[job]! += sizes[job]! + 16_384;
          await thread.ask(`${job}`, sizes[job]!);
          await thread.finish();
        }
        assert.ok(Math.max(...got) - Math.min(...got) <= 2 * most, `${got}`);
      }),
      { numRuns: 30 },
    );
  });

  test('first come, first served within a job; as many at once as there are threads', async () => {
    const turns = new ThreadTurns(2);
    const served: number[] = [];
    const leaves = Array.from({ length: 6 }, (_, task) =>
      turns.take('job', 100 - task, forever).then((leave) => {
        served.push(task);
        return leave;
      }),
    );
    await settled();
    assert.deepEqual(served, [0, 1]);
    for (const leave of leaves) (await leave)();
    assert.deepEqual(served, [0, 1, 2, 3, 4, 5]);
    assert.equal(turns.waiting, 0);
  });

  test('who stops waiting is forgotten, and nobody else is', async () => {
    const thread = oneThread();
    const scope = openScope(clock);
    await thread.ask('a', 10);
    await thread.ask('b', 10, scope);
    await thread.ask('c', 10);
    scope.end(new SemtelError('cancelled', 'The client went away.'));
    assert.equal(thread.turns.waiting, 1);
    await thread.finish();
    await thread.finish();
    assert.deepEqual(thread.served, ['a', 'c']);
    await assert.rejects(thread.turns.take('b', 10, scope), { kind: 'cancelled' });
  });
});
