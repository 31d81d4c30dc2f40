import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { openScope } from '../../src/base/scope.ts';
import { LeastRecent } from '../../src/simulate/leastRecent.ts';
import { Peak } from '../../src/simulate/peak.ts';
import { routeOf } from '../../src/simulate/route.ts';
import { strictFault } from '../../src/simulate/schema.ts';
import { Slots } from '../../src/simulate/slots.ts';
import { chatTokens, PromptCache, TokenCounter } from '../../src/simulate/tokens.ts';
import { fakeClock, settled } from '../fakeClock.ts';

test('slots: no more than the limit at work, the rest in order of arrival', async () => {
  const slots = new Slots(2);
  const scope = openScope(fakeClock());
  const entered: number[] = [];
  const leaves: (() => void)[] = [];
  for (const id of [1, 2, 3, 4]) {
    void slots.enter(scope).then((leave) => {
      entered.push(id);
      leaves.push(leave);
    });
  }
  await settled();
  assert.deepEqual(entered, [1, 2]);
  assert.equal(slots.waiting, 2);
  leaves[1]!();
  await settled();
  assert.deepEqual(entered, [1, 2, 3]);
  slots.resize(0);
  await settled();
  assert.deepEqual(entered, [1, 2, 3, 4]);
});

test('slots: who goes away while waiting takes no place', async () => {
  const slots = new Slots(1);
  const clock = fakeClock();
  const leave = await slots.enter(openScope(clock));
  const impatient = openScope(clock);
  const waiting = slots.enter(impatient);
  const patient = slots.enter(openScope(clock));
  impatient.end(new SemtelError('cancelled', 'gone'));
  await assert.rejects(waiting, /gone/);
  leave();
  (await patient)();
  assert.equal(slots.waiting, 0);
});

test('peak: the most that any window held', () => {
  const peak = new Peak(1_000);
  for (let now = 0; now < 5_000; now += 100) peak.add(1, now);
  assert.equal(peak.max, 10);
  peak.add(30, 20_000);
  assert.equal(peak.max, 30);
});

test('what was used longest ago is forgotten first', () => {
  const recent = new LeastRecent<number>(3);
  for (const [index, key] of ['a', 'b', 'c'].entries()) recent.set(key, index);
  recent.get('a');
  recent.set('d', 3);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => recent.get(key)),
    [0, undefined, 2, 3],
  );
});

test('a chat costs its texts and 3 a message and 3', () => {
  const tokens = new TokenCounter();
  assert.equal(chatTokens([tokens.count('hello'), tokens.count('hello world')]), 1 + 2 + 2 * 3 + 3);
});

test('prompt cache: leading messages seen before, from 1,024 tokens on, in steps of 128', () => {
  const tokens = new TokenCounter();
  const cache = new PromptCache();
  const system = tokens.count('word '.repeat(1_500));
  const chat = (text: string) => cache.pass([system, tokens.count(text)]);
  assert.equal(chat('one'), 0);
  const known = Math.floor((system.tokens + 3) / 128) * 128;
  assert.equal(chat('two'), known);
  assert.equal(cache.pass([tokens.count('one'), system]), 0);
  const short = [tokens.count('a short instruction'), tokens.count('one')];
  cache.pass(short);
  assert.equal(cache.pass(short), 0);
});

test('a path prefix names the endpoint', () => {
  assert.deepEqual(routeOf('/v1/chat/completions'), { kind: 'chat', endpoint: '' });
  assert.deepEqual(routeOf('/east/v1/embeddings?x=1'), { kind: 'embeddings', endpoint: 'east' });
  assert.deepEqual(routeOf('/eu/west/v1/models'), { kind: 'models', endpoint: 'eu/west' });
  const azure = '/az/openai/deployments/gpt/chat/completions?api-version=2024-10-21';
  assert.deepEqual(routeOf(azure), { kind: 'chat', endpoint: 'az' });
  assert.deepEqual(routeOf('/semtel/stats'), { kind: 'stats' });
  assert.equal(routeOf('/chat/completions'), undefined);
});

test('strict schemas: closed objects, all properties required, an object at the root', () => {
  const good = {
    type: 'object',
    additionalProperties: false,
    required: ['a'],
    properties: { a: { type: 'string' } },
  };
  assert.equal(strictFault(good), null);
  assert.match(strictFault({ ...good, additionalProperties: true })!, /additionalProperties/);
  assert.match(strictFault({ ...good, required: [] })!, /'a'/);
  assert.match(strictFault({ type: 'array', items: good })!, /root/);
  const nested = { ...good, properties: { a: { type: 'array', items: { type: 'object', properties: {} } } } };
  assert.match(strictFault(nested)!, /'properties', 'a', 'items'/);
});
