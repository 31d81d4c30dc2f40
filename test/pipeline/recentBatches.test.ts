import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyLedger } from '../../src/base/ledger.ts';
import { openScope } from '../../src/base/scope.ts';
import type { Engine } from '../../src/llm/call.ts';
import type { BatchRequest, PipelineParts } from '../../src/pipeline/batch.ts';
import { RecentBatches } from '../../src/pipeline/recentBatches.ts';
import { classifyBatch } from '../../src/pipeline/recipe.ts';
import type { PreparedBatch } from '../../src/workers/tasks.ts';
import { type FakeClock, fakeClock } from '../fakeClock.ts';
import {
  answersOf,
  echoClassifier,
  fakeEngine,
  fakeJob,
  type Mood,
  partsWith,
  requestFor,
  runToEnd,
} from './parts.ts';

const large = (seed: number) => new Uint8Array(10_000).fill(seed);

function preparedOf(rows: number): PreparedBatch {
  const keys = [Array.from({ length: rows }, (_, row) => `${row}`.padStart(32, '0'))];
  const skipped = keys[0]!.map(() => null);
  return {
    rows,
    skipped,
    keys,
    bytes: new Int32Array(rows),
    asked: null,
    ipc: large(1),
    carried: new Uint8Array(8),
  };
}

const settledOf = () => ({
  ipc: new Uint8Array([1, 2, 3]),
  tally: { ledger: emptyLedger(), savedTokens: [], states: [], repairs: [], failures: [] },
});

test('any other byte, and anything else that is asked, is another batch', () => {
  const recent = new RecentBatches(fakeClock());
  const asked = [['topic', 'a'], 'id'];
  const tag = recent.tagOf(large(1), asked);
  assert.equal(recent.tagOf(large(1), asked), tag);
  fc.assert(
    fc.property(fc.nat(9_999), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const other = large(1);
      other[place]! ^= change;
      assert.notEqual(recent.tagOf(other, asked), tag);
    }),
    { numRuns: 300 },
  );
  assert.notEqual(recent.tagOf(new Uint8Array(10_001).fill(1), asked), tag);
  assert.notEqual(recent.tagOf(large(1), [['topic', 'a'], 'row']), tag);
  assert.notEqual(recent.tagOf(large(1), [['topic'], 'a', 'id']), tag);
});

test('small batches are not remembered', () => {
  const recent = new RecentBatches(fakeClock());
  assert.equal(recent.tagOf(new Uint8Array(1_000), []), null);
  recent.set(null, preparedOf(1), settledOf());
  assert.equal(recent.settled(null), undefined);
  assert.equal(recent.prepared(null), undefined);
});

test('what was read stays known; answers do for a minute, and are a copy', async () => {
  const clock = fakeClock();
  const recent = new RecentBatches(clock);
  const tag = recent.tagOf(large(1), []);
  recent.set(tag, preparedOf(2), settledOf());
  assert.deepEqual({ ...recent.prepared(tag) }, { ...preparedOf(2), ipc: null });
  const settled = recent.settled(tag)!;
  assert.deepEqual(settled, settledOf());
  settled.ipc.fill(0);
  assert.deepEqual(recent.settled(tag), settledOf());
  await clock.advance(60_000);
  assert.equal(recent.settled(tag), undefined);
  assert.equal(recent.prepared(tag)!.rows, 2);
});

test('the oldest batches make room beyond 8 MB', () => {
  const recent = new RecentBatches(fakeClock());
  const rows = 10_000;
  const tags = Array.from({ length: 60 }, (_, batch) => recent.tagOf(large(batch), []));
  for (const tag of tags) recent.set(tag, preparedOf(rows));
  const known = tags.filter((tag) => recent.prepared(tag) !== undefined);
  assert.deepEqual(known, tags.slice(-known.length));
  // Some 40 bytes a row.
  assert.ok(known.length >= 17 && known.length <= 23, `${known.length} are known`);
});

test('after it was cleared nothing is known, nor what is told by a tag of before', () => {
  const recent = new RecentBatches(fakeClock());
  const before = recent.tagOf(large(1), []);
  recent.set(before, preparedOf(1), settledOf());
  recent.clear();
  recent.set(before, preparedOf(1), settledOf());
  const tag = recent.tagOf(large(1), []);
  assert.equal(recent.settled(tag), undefined);
  assert.equal(recent.prepared(tag), undefined);
});

/** Counts the batches that are read, and tells calls apart by their endpoint; nothing is remembered where `forgets`. */
function system(clock: FakeClock, forgets: boolean, moodOf: (n: number) => Mood) {
  const classifiers = ['topic', 'mood'].map((name) => echoClassifier(name));
  const engine = fakeEngine(clock, moodOf, () => 10);
  let calls = 0;
  const chat: Engine['chat'] = async (request, scope) => {
    const endpoint = `call ${calls++}`;
    return { ...(await engine.chat(request, scope)), endpoint };
  };
  const parts = partsWith({ ...engine, chat }, clock, classifiers);
  let read = 0;
  const counting: PipelineParts = {
    ...parts,
    workers: {
      ...parts.workers,
      prepare(task, scope) {
        read += 1;
        return parts.workers.prepare(task, scope);
      },
    },
  };
  return {
    async label(texts: readonly (string | null)[], more: Partial<BatchRequest>) {
      if (forgets) parts.recent.clear();
      const errors: string[] = [];
      const job = fakeJob('job');
      const onError: BatchRequest['onError'] = ({ errorCode }) => void errors.push(errorCode!);
      const request = requestFor(texts, classifiers, job, { onError, ...more });
      const scope = openScope(clock);
      const { ipc, rowCount, ledger } = await runToEnd(
        classifyBatch(request, counting, { exchange: scope, rows: scope }),
        clock,
      );
      return { answers: answersOf(ipc), rowCount, ledger, ledgers: job.ledgers, errors };
    },
    get read() {
      return read;
    },
  };
}

const batches = [0, 1].map((batch) => [
  ...Array.from({ length: 5 }, (_, row) => `${'x'.repeat(2_500)} ${(batch + row) % 6}`),
  null,
]);

test('a batch that comes again is answered and counted as if it had been read and looked up', async () => {
  const step = fc.record({
    batch: fc.nat(batches.length - 1),
    refresh: fc.constantFrom(false, false, false, true),
    laterMs: fc.constantFrom(0, 0, 0, 70_000),
    model: fc.constantFrom('default', 'default', 'default', 'default', 'other'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (steps) => {
      const clock = fakeClock();
      const moodOf = (n: number) => (n % 29 === 3 ? 'unreadable' : 'right');
      const remembering = system(clock, false, moodOf);
      const plain = system(clock, true, moodOf);
      for (const { batch, refresh, laterMs, model } of steps) {
        await clock.advance(laterMs);
        const more = { refresh, models: [model, model] };
        const expected = await plain.label(batches[batch]!, more);
        assert.deepEqual(await remembering.label(batches[batch]!, more), expected);
      }
    }),
    { numRuns: 100 },
  );
});

test('a batch that came lately is not read again but to be asked anew', async () => {
  const clock = fakeClock();
  const remembering = system(clock, false, () => 'right');
  const label = async (refresh: boolean) => {
    const { ledger } = await remembering.label(batches[0]!, { refresh });
    return { read: remembering.read, stored: ledger.stored };
  };
  assert.deepEqual(await label(false), { read: 1, stored: 0 });
  assert.deepEqual(await label(false), { read: 1, stored: 10 });
  assert.deepEqual(await label(false), { read: 1, stored: 10 });
  assert.deepEqual(await label(true), { read: 2, stored: 0 });
  assert.deepEqual(await label(false), { read: 3, stored: 10 });
});
