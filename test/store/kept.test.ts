import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keptStore } from '../../src/store/kept.ts';
import { fakeClock, settled } from '../fakeClock.ts';
import { answer, fakeBackend, heard, keyOf, keysOf } from './parts.ts';

function setUp() {
  const clock = fakeClock();
  const backend = fakeBackend();
  const words = heard();
  const store = keptStore(backend, {
    clock,
    readMs: 250,
    writeMs: 10_000,
    log: words.log,
    metrics: words.metrics,
  });
  const put = (count: number, from = 0) => {
    for (const key of keysOf(count, from)) store.put(key, answer(key));
  };
  return { clock, backend, store, put, ...words };
}

describe('saving', () => {
  it('writes nothing when put, all after a second, and finds it at once', async () => {
    const { clock, backend, store, put } = setUp();
    put(3);
    await settled();
    assert.deepEqual(backend.writes, []);
    assert.deepEqual(await store.getMany([keyOf(2), keyOf(9), keyOf(2)]), [
      answer(keyOf(2)),
      undefined,
      answer(keyOf(2)),
    ]);
    await clock.advance(999);
    assert.deepEqual(backend.writes, []);
    await clock.advance(1);
    assert.deepEqual(backend.writes, [3]);
    assert.deepEqual(await store.getMany(keysOf(3)), keysOf(3).map(answer));
    assert.equal(clock.pending, 0);
  });

  it('does not wait for the second once there are a thousand', async () => {
    const { clock, backend, put } = setUp();
    put(2_500);
    await settled();
    assert.deepEqual(backend.writes, [1_000, 1_000]);
    await clock.advance(1_000);
    assert.deepEqual(backend.writes, [1_000, 1_000, 500]);
  });

  it('keeps the last of two answers to one question, also when the first is being written', async () => {
    const { clock, backend, store } = setUp();
    store.put(keyOf(0), answer('first'));
    const advanced = clock.advance(1_000);
    store.put(keyOf(0), answer('second'));
    await advanced;
    await clock.advance(1_000);
    assert.equal(backend.kept.get(keyOf(0)), JSON.stringify(answer('second')));
  });

  it('writes what failed once the backend is back, and says so once a minute', async () => {
    const { clock, backend, store, put, warnings, errors } = setUp();
    backend.mood = 'fails';
    put(1_500);
    await clock.advance(30_000);
    put(10, 5_000);
    assert.deepEqual(await store.getMany([keyOf(7)]), [answer(keyOf(7))]);
    assert.equal(backend.kept.size, 0);
    assert.deepEqual(
      warnings.map(({ message, fields }) => [message.split(';')[0], fields]),
      [['Answers cannot be kept for now', { store: 'fake', reason: 'away' }]],
    );
    assert.equal(errors.write, 31);
    await clock.advance(31_000);
    assert.equal(warnings.length, 2);
    backend.mood = 'well';
    await clock.advance(2_000);
    assert.equal(backend.kept.size, 1_510);
  });

  it('lets the oldest go when a backend stays away too long', async () => {
    const { backend, store, put } = setUp();
    backend.mood = 'fails';
    put(100_010);
    const [first, last] = await store.getMany([keyOf(9), keyOf(100_009)]);
    assert.deepEqual([first, last], [undefined, answer(keyOf(100_009))]);
  });

  it('writes everything when closed, and ends although the backend fails or hangs', async () => {
    for (const mood of ['well', 'fails', 'hangs'] as const) {
      const { clock, backend, store, put, warnings } = setUp();
      put(10);
      backend.mood = mood;
      const closed = store.close();
      await clock.advance(30_000);
      await closed;
      assert.equal(backend.kept.size, mood === 'well' ? 10 : 0);
      assert.equal(warnings.at(-1)?.fields.count, mood === 'well' ? undefined : 10);
      assert.equal(clock.pending, 0);
    }
  });
});

describe('looking up', () => {
  it('waits once for a backend that hangs, and not at all until it is back', async () => {
    const { clock, backend, store, put, errors } = setUp();
    put(1);
    await clock.advance(1_000);
    backend.mood = 'hangs';
    const first = store.getMany([keyOf(0)]);
    await clock.advance(250);
    assert.deepEqual(await first, [undefined]);
    const reads = backend.reads.length;
    assert.deepEqual(await store.getMany([keyOf(0)]), [undefined]);
    assert.equal(backend.reads.length, reads);
    await clock.advance(10_000);
    assert.deepEqual(await store.getMany([keyOf(0)]), [undefined]);
    assert(errors.read! > 1);
    backend.mood = 'well';
    await clock.advance(1_250);
    assert.deepEqual(await store.getMany([keyOf(0)]), [answer(keyOf(0))]);
    await store.close();
    assert.equal(clock.pending, 0);
  });

  it('never rejects, and does not believe what is no answer', async () => {
    const { backend, store, warnings } = setUp();
    backend.kept.set(keyOf(0), 'null').set(keyOf(1), '{"outputs":').set(keyOf(2), '"text"');
    assert.deepEqual(await store.getMany(keysOf(3)), [undefined, undefined, undefined]);
    backend.mood = 'fails';
    assert.deepEqual(await store.getMany(keysOf(2)), [undefined, undefined]);
    assert.match(warnings[0]!.message, /questions are asked instead/);
    await store.close();
  });
});
