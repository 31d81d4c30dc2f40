import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { imbalance } from '../../src/base/ledger.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { openScope, type Scope } from '../../src/base/scope.ts';
import type { Exchange } from '../../src/service/exchange.ts';
import { ModelTurns } from '../../src/service/modelTurns.ts';
import { createService } from '../../src/service/service.ts';
import { type FakeClock, fakeClock, settled } from '../fakeClock.ts';
import { answersOf, batchOf, echoClassifier, fakeEngine, partsWith, runToEnd } from '../pipeline/parts.ts';

const limits = { messageBytes: 1 << 24, batchRows: 10_000, inflightBytes: 1 << 24, waitingExchanges: 8 };

/** An endpoint that answers `slots` calls at a time, each after `callMs`; the others wait in line. */
function slowEngine(clock: FakeClock, callMs: number, slots = 1) {
  const answering = fakeEngine(
    clock,
    () => 'right',
    () => callMs,
  );
  const line: (() => void)[] = [];
  let inflight = 0;
  let longestLine = 0;
  const free = () => {
    inflight -= 1;
    line.shift()?.();
  };
  const chat: typeof answering.chat = async (request, scope: Scope) => {
    if (inflight >= slots)
      await new Promise<void>((resolve, reject) => {
        const leave = scope.onEnd((reason) => {
          line.splice(line.indexOf(turn), 1);
          reject(reason);
        });
        const turn = () => {
          leave();
          resolve();
        };
        longestLine = Math.max(longestLine, line.push(turn));
      });
    inflight += 1;
    return answering.chat(request, scope).finally(free);
  };
  const view = () => [
    {
      model: 'default',
      endpoint: 'slow',
      state: 'up' as const,
      inflight,
      concurrencyLimit: 20,
      quota: { requests: null, tokens: null },
      level: { requests: null, tokens: null },
      used: { requests: null, tokens: null },
      learned: false,
      waiting: 0,
      latencyMs: null,
      reason: null,
    },
  ];
  return { engine: { ...answering, chat, view }, longestLine: () => longestLine, asked: answering.requests };
}

async function serviceOver(clock: FakeClock, engine: ReturnType<typeof fakeEngine>, rowMs: number) {
  const names = ['topic', 'mood', 'size'];
  const service = await createService({
    version: '0',
    pipeline: partsWith(
      engine,
      clock,
      names.map((name) => echoClassifier(name)),
    ),
    limits,
    rowMs,
    clock,
    metrics: noMetrics,
  });
  const ask = (
    texts: readonly string[],
    { width = 1, jobId = 'nightly', weight = 1, scope = openScope(clock) } = {},
  ) => {
    const exchange: Exchange = {
      options: service.options({ classifiers: names.slice(0, width), job_id: jobId }),
      ipc: batchOf(texts),
      rowCount: texts.length,
      door: 'local',
      peer: '127.0.0.1',
      weight,
    };
    return service.classify(exchange, scope);
  };
  return { service, ask };
}

const distinct = (count: number, of = 'text') => Array.from({ length: count }, (_, n) => `${of} ${n}`);

test('a slow but healthy endpoint answers every row, whatever the batches, jobs and its pace', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ rows: fc.integer({ min: 0, max: 120 }), job: fc.constantFrom('a', 'b') }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 1, max: 4 }),
      async (batches, width, callMs, slots) => {
        const clock = fakeClock();
        const { engine } = slowEngine(clock, callMs, slots);
        // Time for what the endpoint is given before its pace is known, and no more.
        const { ask, service } = await serviceOver(clock, engine, 25 * 2_000);
        const work = batches.map(({ rows, job }, n) =>
          ask(distinct(rows, `batch ${n}`), { width, jobId: job }),
        );
        const results = await runToEnd(Promise.all(work), clock);
        results.forEach(({ ledger }, n) => {
          assert.equal(ledger.ok, batches[n]!.rows * width);
          assert.equal(imbalance(ledger), 0);
        });
        assert.ok(service.jobs().every(({ rowsWaiting }) => rowsWaiting === 0));
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 40 },
  );
});

test('10,000 rows under 3 classifiers at 5 calls a second: asked until just before the deadline, and then answered', async () => {
  const clock = fakeClock();
  const { engine, longestLine, asked } = slowEngine(clock, 200);
  const { ask } = await serviceOver(clock, engine, 600_000);
  const client = openScope(clock, { deadlineMs: 3_600_000 });
  const { ipc, ledger } = await runToEnd(ask(distinct(10_000), { width: 3, scope: client }), clock);
  assert.equal(clock.now(), 3_600_000 * 0.98);
  assert.equal(imbalance(ledger), 0);
  // Every call that fits into the time was made, and answered its question.
  assert.equal(ledger.ok, (3_600 * 0.98 - 0.2) * 5);
  assert.equal(ledger.failed, 30_000 - ledger.ok);
  assert.ok(asked.length - ledger.ok <= 1);
  assert.ok(longestLine() <= 24, `${longestLine()} waited at the endpoint`);
  // The first rows are whole.
  const whole = answersOf(ipc).map((answers) => answers.findIndex(({ status }) => status !== 'ok'));
  assert.ok(Math.max(...whole) - Math.min(...whole) <= 1);
});

test('an endpoint that replies to nobody costs one row time, not one for every slice', async () => {
  const clock = fakeClock();
  const engine = fakeEngine(
    clock,
    () => 'hang',
    () => 0,
  );
  const { ask } = await serviceOver(clock, engine, 600_000);
  const { ledger } = await runToEnd(ask(distinct(1_000)), clock);
  assert.equal(ledger.failed, 1_000);
  assert.equal(clock.now(), 600_000);
});

test('the rows of a small job have their turns beside those of a large one', async () => {
  const clock = fakeClock();
  const { engine } = slowEngine(clock, 200);
  const { ask } = await serviceOver(clock, engine, 600_000);
  const large = ask(distinct(5_000), { jobId: 'large' });
  await clock.advance(60_000);
  const small = ask(distinct(20, 'small'), { jobId: 'small' });
  const before = clock.now();
  assert.equal((await runToEnd(small, clock)).ledger.ok, 20);
  // Alone it would take 4 s, at half the pace 8, behind what is queued already a little more.
  assert.ok(clock.now() - before < 16_000, `${clock.now() - before} ms`);
  assert.equal((await runToEnd(large, clock)).ledger.ok, 5_000);
});

test('jobs share a busy model by their weights', async () => {
  const clock = fakeClock();
  const { engine } = slowEngine(clock, 200, 8);
  const { ask, service } = await serviceOver(clock, engine, 3_600_000);
  const share = (jobId: string) => service.job(jobId).ledger.questions;
  const client = openScope(clock);
  const jobs = { light: 1, heavy: 3 };
  const works = Object.entries(jobs).flatMap(([jobId, weight]) =>
    Array.from({ length: 4 }, async (_, worker) => {
      for (let batch = 0; client.ended === undefined; batch++)
        await ask(distinct(30, `${jobId} ${worker} ${batch}`), { jobId, weight, scope: client });
    }),
  );
  await clock.advance(120_000);
  const ratio = share('heavy') / share('light');
  assert.ok(ratio > 2 && ratio < 4, `${ratio}`);
  client.end(new SemtelError('cancelled', 'Enough.'));
  await Promise.allSettled(works);
});

test('stored answers take nobody’s turn', async () => {
  const clock = fakeClock();
  const { engine } = slowEngine(clock, 200);
  const { ask } = await serviceOver(clock, engine, 600_000);
  const texts = distinct(50);
  await runToEnd(ask(texts), clock);
  const large = ask(distinct(500, 'large'), { jobId: 'large' });
  await clock.advance(1_000);
  const before = clock.now();
  assert.equal((await ask(texts, { jobId: 'again' })).ledger.stored, 50);
  assert.equal(clock.now(), before);
  await runToEnd(large, clock);
});

test('a batch of which nothing was asked before its client’s time was over may be sent again', async () => {
  const clock = fakeClock();
  const { engine } = slowEngine(clock, 60_000);
  const { ask } = await serviceOver(clock, engine, 3_600_000);
  const first = ask(distinct(100));
  await clock.advance(1);
  const impatient = ask(distinct(5, 'late'), { scope: openScope(clock, { deadlineMs: 10_000 }) });
  await assert.rejects(runToEnd(impatient, clock), { kind: 'not_admitted', retryable: true });
  await runToEnd(first, clock);
});

test('batches beyond the waiting limit are told to come back', async () => {
  const clock = fakeClock();
  const { engine } = slowEngine(clock, 1_000);
  const { ask, service } = await serviceOver(clock, engine, 600_000);
  const works = Array.from({ length: limits.waitingExchanges + 2 }, (_, n) =>
    ask(distinct(30, `batch ${n}`), { jobId: `job${n}` }),
  );
  const outcomes = await runToEnd(Promise.allSettled(works), clock);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  assert.ok(refused.length >= 1);
  for (const each of refused) {
    assert.ok(
      each.status === 'rejected' && each.reason.kind === 'overloaded' && each.reason.retryAfterMs > 0,
    );
  }
  assert.ok(service.jobs().every(({ rowsWaiting }) => rowsWaiting === 0));
});

test('no turn is lost: whatever batches take, end or leave, all of them end and nothing stays open', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          job: fc.constantFrom('a', 'b', 'c'),
          wanted: fc.integer({ min: 1, max: 60 }),
          leavesMs: fc.option(fc.integer({ min: 0, max: 3_000 })),
        }),
        { maxLength: 12 },
      ),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 500 }),
      async (batches, limit, callMs) => {
        const clock = fakeClock();
        let inflight = 0;
        const turns = new ModelTurns(clock, () => ({ inflight, limit, trouble: null }), 60_000);
        let done = 0;
        const work = batches.map(async ({ job, wanted, leavesMs }) => {
          const scope = openScope(clock, leavesMs === null ? {} : { deadlineMs: leavesMs });
          try {
            for (let left = wanted; left > 0; ) {
              const count = await turns.take(job, 1, left, clock.now(), scope);
              assert.ok(count >= 1 && count <= left);
              left -= count;
              inflight += count;
              for (let i = 0; i < count; i++)
                clock.after(callMs * (i + 1), () => {
                  inflight -= 1;
                  turns.done(true);
                });
            }
          } catch {
            assert.notEqual(scope.ended, undefined);
          }
          scope.dispose();
          done += 1;
        });
        await runToEnd(Promise.all(work), clock);
        while (await clock.next());
        await settled();
        assert.equal(done, batches.length);
        assert.equal(turns.open, 0);
        assert.equal(turns.waiting, 0);
      },
    ),
    { numRuns: 200 },
  );
});
