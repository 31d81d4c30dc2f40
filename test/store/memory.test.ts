import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/store/memory.ts';
import { fakeClock } from '../fakeClock.ts';

const answer = (label: string) => ({
  outputs: { label },
  repair: null,
  model: 'm',
  endpoint: 'e',
  callQuestions: 1,
});

test('gives back what was put, one entry per key', async () => {
  const store = memoryStore({ clock: fakeClock(), maxBytes: 10_000, ttlMs: 1_000 });
  store.put('a', answer('x'));
  assert.deepEqual(await store.getMany(['b', 'a', 'a']), [undefined, answer('x'), answer('x')]);
});

test('forgets after the time to live', async () => {
  const clock = fakeClock();
  const store = memoryStore({ clock, maxBytes: 10_000, ttlMs: 1_000 });
  store.put('a', answer('x'));
  await clock.advance(1_000);
  assert.deepEqual(await store.getMany(['a']), [undefined]);
});

test('stays within its bytes by letting the least recently used go', async () => {
  const store = memoryStore({ clock: fakeClock(), maxBytes: 1_100, ttlMs: 1_000 });
  for (const key of ['a', 'b', 'c']) store.put(key, answer(key));
  await store.getMany(['a']);
  store.put('d', answer('d'));
  const kept = await store.getMany(['a', 'b', 'c', 'd']);
  assert.deepEqual(
    kept.map((each) => each?.outputs.label),
    ['a', undefined, 'c', 'd'],
  );
});
