import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope } from '../../src/base/scope.ts';
import type { Exchange } from '../../src/service/exchange.ts';
import { createService } from '../../src/service/service.ts';
import type { Workers } from '../../src/workers/tasks.ts';
import { type FakeClock, fakeClock } from '../fakeClock.ts';
import { batchOf, echoClassifier, fakeEngine, type Mood, partsWith, runToEnd } from '../pipeline/parts.ts';

const limits = { messageBytes: 1 << 20, batchRows: 100, inflightBytes: 1 << 20, waitingExchanges: 8 };

async function serviceWith(clock: FakeClock, moodOf: (n: number) => Mood, delayMs = 10) {
  const engine = fakeEngine(clock, moodOf, () => delayMs);
  const parts = partsWith(engine, clock, [echoClassifier('topic'), echoClassifier('mood')]);
  /** Of each batch that was prepared: were texts wanted? */
  const texts: boolean[] = [];
  const workers: Workers = {
    ...parts.workers,
    prepare(task, scope) {
      texts.push(task.texts);
      return parts.workers.prepare(task, scope);
    },
  };
  const pipeline = { ...parts, workers };
  const service = await createService({
    version: '0',
    pipeline,
    limits,
    rowMs: 60_000,
    clock,
    metrics: noMetrics,
  });
  const ask = (texts: readonly (string | null)[], options: object = {}, scope = openScope(clock)) => {
    const exchange: Exchange = {
      options: service.options({ classifiers: ['topic'], job_id: 'nightly', ...options }),
      ipc: batchOf(texts),
      rowCount: texts.length,
      door: 'local',
      peer: '127.0.0.1',
      weight: 1,
    };
    return service.classify(exchange, scope);
  };
  return { service, engine, ask, texts };
}

test('options: unknown keys name the nearest known one, and bounds say what they are', async () => {
  const { service } = await serviceWith(fakeClock(), () => 'right');
  const mistakes: [object, RegExp][] = [
    [{ clasifiers: ['topic'] }, /unknown key "clasifiers"; did you mean "classifiers"/],
    [{ classifiers: [] }, /at least one/],
    [{ classifiers: ['topic'], job_id: 'a b' }, /1 to 128/],
    [{ classifiers: ['topic'], max_cost: -1 }, /0 \(no limit\) or more/],
    [{ classifiers: ['topic', 'topic'] }, /twice/],
    [{ classifiers: ['topic'], id: 'topic' }, /name of a classifier/],
  ];
  for (const [raw, words] of mistakes)
    assert.throws(() => service.options(raw), { kind: 'bad_option', message: words });
});

test('options with more names than anybody has are read in no time', async () => {
  const { service } = await serviceWith(fakeClock(), () => 'right');
  const names = Array.from({ length: 200_000 }, (_, n) => `c${n}`);
  // By the square of their number these would take a minute.
  const { passthrough } = service.options({ classifiers: ['topic'], passthrough: names });
  assert.equal(passthrough.length, names.length);
  assert.throws(() => service.describe('x'.repeat(1_000_000)), { kind: 'unknown_classifier' });
});

test('unknown classifier, model, job and a price that is missing each end in their own error', async () => {
  const { service, ask } = await serviceWith(fakeClock(), () => 'right');
  await assert.rejects(ask(['a'], { classifiers: ['topik'] }), {
    kind: 'unknown_classifier',
    message: /topic/,
  });
  await assert.rejects(ask(['a'], { model: 'gpt-9' }), { kind: 'unknown_model', message: /default/ });
  await assert.rejects(ask(['a'], { max_cost: 1 }), { kind: 'bad_option', message: /price/ });
  await assert.rejects(ask(Array(101).fill('a')), { kind: 'too_many_rows' });
  assert.throws(() => service.job('other'), { kind: 'unknown_job' });
});

test('a job whose last batch was all stored has no texts made until one is needed', async () => {
  const clock = fakeClock();
  const { service, ask, texts } = await serviceWith(clock, () => 'right');
  for (const batch of [['a'], ['a', null], ['a'], ['a', 'b'], ['c']]) await runToEnd(ask(batch), clock);
  // The fourth needed one: it was prepared again.
  assert.deepEqual(texts, [true, true, false, false, true, true]);
  const { ledger } = service.job('nightly');
  assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [6, 3, 3]);
});

test('a job adds up its exchanges and balances', async () => {
  const clock = fakeClock();
  const { service, ask } = await serviceWith(clock, () => 'right');
  await runToEnd(Promise.all([ask(['a', null]), ask(['b', 'a'], { classifiers: ['topic', 'mood'] })]), clock);
  const { ledger, state } = service.job('nightly');
  assert.deepEqual([ledger.rows, ledger.questions, ledger.ok, ledger.skipped], [4, 6, 5, 1]);
  assert.equal(state, 'IDLE');
});

test('cancelling a job ends its rows as cancelled and refuses its next batch', async () => {
  const clock = fakeClock();
  const { service, ask } = await serviceWith(clock, () => 'hang');
  const work = ask(['a', 'b']);
  await clock.advance(5);
  assert.equal(service.cancelJob('nightly').state, 'CANCELLED');
  assert.equal((await work).ledger.cancelled, 2);
  await assert.rejects(ask(['c']), { kind: 'cancelled' });
});

test('a job whose first 16 questions are all rejected is stopped, and starts anew once it is sent again', async () => {
  const clock = fakeClock();
  let broken = true;
  const { service, ask } = await serviceWith(clock, () => (broken ? 'rejected' : 'right'));
  const texts = Array.from({ length: 40 }, (_, n) => `text ${n}`);
  await assert.rejects(runToEnd(ask(texts), clock), { kind: 'endpoints_rejected', message: /first 16/ });
  assert.equal(service.job('nightly').state, 'REJECTED');
  broken = false;
  assert.equal((await runToEnd(ask(texts), clock)).ledger.ok, 40);
});

test('rows end before the deadline of their client, and the batch is answered', async () => {
  const clock = fakeClock();
  const { ask } = await serviceWith(clock, () => 'hang');
  const client = openScope(clock, { deadlineMs: 10_000 });
  const { ledger } = await runToEnd(ask(['a', 'b'], {}, client), clock);
  assert.equal(ledger.failed, 2);
  assert.equal(clock.now(), 9_500);
});

test('a batch that waits for admission until its deadline is told so', async () => {
  const clock = fakeClock();
  const { ask } = await serviceWith(clock, () => 'hang');
  void ask(Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(10_400)}`)).catch(() => {});
  await clock.advance(1);
  const client = openScope(clock, { deadlineMs: 2_000 });
  await assert.rejects(runToEnd(ask(Array(90).fill('y'.repeat(300)), {}, client), clock), {
    kind: 'not_admitted',
  });
});

test('draining answers what is open, refuses what is new, and ends the rest when its time is over', async () => {
  const clock = fakeClock();
  const { service, ask } = await serviceWith(clock, (n) => (n === 0 ? 'right' : 'hang'));
  const quick = ask(['a']);
  const stuck = assert.rejects(ask(['b']), { kind: 'draining' });
  await clock.advance(1);
  const drained = service.drain(1_000);
  assert.equal(service.serving, false);
  await assert.rejects(ask(['c']), { kind: 'draining' });
  await clock.advance(20);
  assert.equal((await quick).ledger.ok, 1);
  await clock.advance(1_000);
  await stuck;
  await drained;
  assert.equal(clock.pending, 0);
});
