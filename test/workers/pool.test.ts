import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { openScope } from '../../src/base/scope.ts';
import { inProcessWorkers } from '../../src/workers/inProcess.ts';
import { poolWorkers } from '../../src/workers/pool.ts';
import type { Workers } from '../../src/workers/tasks.ts';
import { fakeClock } from '../fakeClock.ts';
import { until } from '../until.ts';
import { endlessTask, taskOf } from './batches.ts';

const forever = openScope(systemClock);
const pools: Workers[] = [];

function poolOf(threads: number, maxQueue: number, clock = systemClock): Workers {
  const pool = poolWorkers({ threads, maxQueue, clock, log: noLog });
  pools.push(pool);
  return pool;
}

/** The bytes behind `offset` others in one buffer. */
function viewOf(bytes: Uint8Array, offset: number): Uint8Array {
  const whole = new Uint8Array(offset + bytes.length);
  whole.set(bytes, offset);
  return whole.subarray(offset);
}

suite('pool', () => {
  const pool = poolOf(2, 8);
  after(() => Promise.all(pools.map((opened) => opened.close())));

  test('gives what the same tasks give in-process', async () => {
    const local = inProcessWorkers();
    const rows = ['Hi', null, '', '[{"role":"AI","content":"çava 😀"}]'];
    const prepared = await pool.prepare(taskOf(rows), forever);
    assert.deepEqual(prepared, await local.prepare(taskOf(rows), forever));
    const answer = {
      status: 'ok',
      errorCode: null,
      errorMessage: null,
      outputs: { label: 'Health' },
      source: 'llm',
      repair: null,
      model: 'm',
      endpoint: 'e',
      promptTokens: 1,
      cachedTokens: 0,
      completionTokens: 1,
      attempts: 1,
      latencyMs: 1,
      callQuestions: 1,
    } as const;
    const outputs = [{ name: 'label', kind: 'string' }] as const;
    const columns = [{ name: 'topic', promptDigest: 'p', outputs, answers: rows.map(() => answer) }];
    const { carried } = prepared;
    assert.deepEqual(
      await pool.encode({ jobId: 'job', carried, rows: 4, columns }, forever),
      await local.encode({ jobId: 'job', carried, rows: 4, columns }, forever),
    );
    const schema = {
      jobId: 'job',
      input: taskOf(rows).ipc,
      columns: taskOf([]).columns,
      classifiers: columns,
    };
    assert.deepEqual(await pool.schema(schema, forever), await local.schema(schema, forever));
  });

  test('errors keep their kind and words', async () => {
    const wrong = { ...taskOf(['x']), columns: { conversation: 'y', id: '', passthrough: [] } };
    await assert.rejects(pool.prepare(wrong, forever), (error) => {
      assert.ok(error instanceof SemtelError);
      assert.equal(error.kind, 'missing_column');
      assert.match(error.message, /"y"/);
      return true;
    });
  });

  test('takes its bytes along without a copy where they fill most of a buffer that nobody shares', async () => {
    const small = taskOf(['x']);
    const own = small.ipc.slice();
    await pool.prepare({ ...small, ipc: own }, forever);
    assert.equal(own.length, 0);
    const inSlab = viewOf(small.ipc, 3);
    await pool.prepare({ ...small, ipc: inSlab }, forever);
    assert.equal(inSlab.length, small.ipc.length);
    // As a message comes: its fields before the batch, and nothing aligned.
    const large = taskOf(['x'.repeat(100_000)]);
    const inMessage = viewOf(large.ipc, 13);
    const prepared = await pool.prepare({ ...large, ipc: inMessage }, forever);
    assert.equal(inMessage.length, 0);
    assert.deepEqual(prepared, await inProcessWorkers().prepare(large, forever));
  });

  test('bytes that take for ever to read are bad_arrow within 2 s; other threads and the main one go on', async () => {
    await Promise.all([pool.prepare(taskOf(['x']), forever), pool.prepare(taskOf(['y']), forever)]);
    const task = endlessTask();
    const start = performance.now();
    const used = process.threadCpuUsage();
    const hangs = assert.rejects(pool.prepare(task, forever), { kind: 'bad_arrow' });
    const others = Array.from({ length: 5 }, () => pool.prepare(taskOf(['x']), forever));
    assert.deepEqual(
      (await Promise.all(others)).map((batch) => batch.rows),
      [1, 1, 1, 1, 1],
    );
    await hangs;
    const tookMs = performance.now() - start;
    const { user } = process.threadCpuUsage(used);
    // A busy machine may take its time; the bytes themselves take minutes.
    assert.ok(tookMs > 1_400 && tookMs < 10_000, `${tookMs} ms`);
    assert.ok(user < 100_000, `${user} µs of the main thread`);
    assert.equal((await pool.prepare(taskOf(['x']), forever)).rows, 1);
  });

  test('broken bytes are bad_arrow at once', async () => {
    const task = taskOf(['x', 'y']);
    task.ipc[task.ipc.length - 40]! ^= 0xff;
    const cut = { ...task, ipc: task.ipc.slice(0, task.ipc.length - 50) };
    await assert.rejects(pool.prepare(cut, forever), { kind: 'bad_arrow' });
    await assert.rejects(pool.prepare({ ...task, ipc: new Uint8Array(0) }, forever), { kind: 'bad_arrow' });
  });

  test('a full queue is refused with a time to wait; what waited runs once the thread that hung is replaced', async () => {
    const clock = fakeClock();
    const narrow = poolOf(1, 1, clock);
    await narrow.prepare(taskOf(['x']), forever);
    const hangs = assert.rejects(narrow.prepare(endlessTask(), forever), { kind: 'bad_arrow' });
    await until(() => clock.pending === 1);
    const waits = narrow.prepare(taskOf(['x']), forever);
    assert.equal(narrow.queued, 1);
    await assert.rejects(narrow.prepare(taskOf(['x']), forever), { kind: 'overloaded', retryAfterMs: 1000 });
    await clock.advance(1500);
    await hangs;
    assert.equal((await waits).rows, 1);
  });

  test('a caller whose scope ends is let go at once; its waiting task is dropped', async () => {
    const clock = fakeClock();
    const narrow = poolOf(1, 8, clock);
    await narrow.prepare(taskOf(['x']), forever);
    const scope = openScope(clock);
    const running = assert.rejects(narrow.prepare(endlessTask(), scope), { kind: 'cancelled' });
    await until(() => clock.pending === 1);
    const waiting = assert.rejects(narrow.prepare(taskOf(['x']), scope), { kind: 'cancelled' });
    assert.equal(narrow.queued, 1);
    scope.end(new SemtelError('cancelled', 'The client went away.'));
    await Promise.all([running, waiting]);
    assert.equal(narrow.queued, 0);
    await assert.rejects(narrow.prepare(taskOf(['x']), scope), { kind: 'cancelled' });
  });
});
