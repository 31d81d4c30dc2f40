import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordKeeper } from '../../src/store/keeping.ts';
import { type LabelRecord, recordKey } from '../../src/store/record.ts';
import { fakeClock, settled } from '../fakeClock.ts';
import { fakeBackend, heard, keyOf, keysOf } from './parts.ts';

function setUp() {
  const clock = fakeClock();
  const backend = fakeBackend();
  const words = heard();
  const { log, metrics } = words;
  const keeper = recordKeeper(backend, { clock, log, metrics, writeMs: 10_000, now: () => 0 });
  return { clock, backend, keeper, ...words };
}

const record = (chars: number, status = 'ok'): LabelRecord => ({
  job_id: 'job',
  classifier: 'topic',
  model: 'default',
  requests: [{ model: 'm', text: 'x'.repeat(chars) }],
  calls: [],
  status,
  error_code: null,
  error_message: null,
  outputs: null,
  repair: null,
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  cost: 0,
  currency: null,
});

describe('keeping records', () => {
  it('writes each second, or as soon as there is a megabyte', async () => {
    const { clock, backend, keeper } = setUp();
    keeper.keep(keyOf(0), record(10));
    await settled();
    assert.deepEqual(backend.writes, []);
    await clock.advance(1_000);
    assert.deepEqual(backend.writes, [1]);
    for (const key of keysOf(12)) keeper.keep(key, record(100_000));
    await settled();
    assert.deepEqual(backend.writes, [1, 10]);
    await clock.advance(1_000);
    assert.deepEqual(backend.writes, [1, 10, 2]);
  });

  it('holds at most 50 million characters while the file is away; the oldest go first', async () => {
    const { clock, backend, keeper, warnings } = setUp();
    backend.mood = 'fails';
    for (const key of keysOf(60)) keeper.keep(key, record(1_000_000));
    await clock.advance(1_000);
    assert.match(warnings[0]!.message, /cannot be kept for now; labels are given all the same/);
    backend.mood = 'well';
    await clock.advance(60_000);
    assert.deepEqual([...backend.kept.keys()], keysOf(49, 11));
    await keeper.close();
    assert.equal(clock.pending, 0);
  });

  it('ends although the file hangs, and says what is lost', async () => {
    const { clock, backend, keeper, warnings } = setUp();
    keeper.keep(keyOf(0), record(10));
    backend.mood = 'hangs';
    const closed = keeper.close();
    await clock.advance(30_000);
    await closed;
    assert.deepEqual([warnings.at(-1)!.fields.count, clock.pending], [1, 0]);
  });

  it('gives failures a place of their own', async () => {
    const { backend, keeper } = setUp();
    keeper.keep(keyOf(0), record(1));
    keeper.keep(keyOf(0), record(1, 'failed'));
    await keeper.close();
    assert.deepEqual([...backend.kept.keys()], [recordKey(keyOf(0), true), recordKey(keyOf(0), false)]);
  });
});
