import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { systemClock } from '../../src/base/clock.ts';
import { keptStore } from '../../src/store/kept.ts';
import { redisBackend } from '../../src/store/redis.ts';
import type { AnswerStore } from '../../src/store/store.ts';
import { answer, heard, keyOf, keysOf } from './parts.ts';
import { freePort, hasRedis, type RedisServer, startRedis } from './redisServer.ts';

/** Far beyond what these tests take, however busy the machine. */
const ttlMs = 600_000;
const patientMs = 60_000;
/** For a server that hangs: what looking up waits for, once. */
const impatientMs = 500;
const url = (port: number) => `redis://127.0.0.1:${port}`;

function open(address: string, readMs = patientMs) {
  const words = heard();
  const backend = redisBackend({ url: address, ttlMs }, systemClock);
  const limits = { readMs, writeMs: patientMs };
  return { store: keptStore(backend, { clock: systemClock, ...limits, ...words }), ...words };
}

/** A hundred look-ups that find nothing take a few waits, where each of them could take one. */
async function assertFewWaits(store: AnswerStore): Promise<void> {
  const startMs = systemClock.now();
  for (let n = 0; n < 100; n++) assert.deepEqual(await store.getMany(keysOf(2)), [undefined, undefined]);
  const tookMs = systemClock.now() - startMs;
  assert(tookMs < 20 * impatientMs, `${tookMs} ms`);
}

/** Resolves once the store finds this answer: as long as it takes to reconnect. */
async function untilFound(store: AnswerStore, key: string): Promise<void> {
  while ((await store.getMany([key]))[0] === undefined) await pause(20);
}

async function withRedis(work: (port: number, server: RedisServer) => Promise<void>, ...options: string[]) {
  const port = await freePort();
  const server = await startRedis(port, ...options);
  try {
    await work(port, server);
  } finally {
    await server.stop();
  }
}

describe('a store on Redis', { skip: hasRedis ? false : 'there is no redis-server' }, () => {
  it('is shared, keeps answers for their time under a prefix, and nothing else', () =>
    withRedis(async (port) => {
      const [first, second] = [open(url(port)), open(url(port))];
      for (const key of keysOf(2_500)) first.store.put(key, answer(key));
      await first.store.close();
      assert.deepEqual(await second.store.getMany([keyOf(9_999), ...keysOf(2_500)]), [
        undefined,
        ...keysOf(2_500).map(answer),
      ]);
      await second.store.close();
      const client = createClient({ url: url(port) });
      await client.connect();
      assert.equal(await client.dbSize(), 2_500);
      const left = await client.pTTL(`semtel:${keyOf(7)}`);
      assert(left > ttlMs / 2 && left <= ttlMs, String(left));
      client.destroy();
      assert.deepEqual([...first.warnings, ...second.warnings], []);
    }));

  it('takes password and database from the address, and never tells the password', () =>
    withRedis(
      async (port) => {
        const right = open(`redis://:sesame@127.0.0.1:${port}/3`);
        right.store.put(keyOf(0), answer('x'));
        await right.store.close();
        const elsewhere = open(`redis://:sesame@127.0.0.1:${port}/4`);
        const wrong = open(`redis://:tahini@127.0.0.1:${port}/3`);
        assert.deepEqual(await elsewhere.store.getMany([keyOf(0)]), [undefined]);
        assert.deepEqual(await wrong.store.getMany([keyOf(0)]), [undefined]);
        await elsewhere.store.close();
        await wrong.store.close();
        assert.deepEqual(elsewhere.warnings, []);
        assert.match(JSON.stringify(wrong.warnings), /WRONGPASS/);
        assert.doesNotMatch(JSON.stringify(wrong.warnings), /tahini/);
      },
      '--requirepass',
      'sesame',
    ));

  it('is worked without while it is away, and found again with what was put meanwhile', async () => {
    const port = await freePort();
    const { store, warnings, errors } = open(url(port));
    store.put(keyOf(9), answer('early'));
    await assertFewWaits(store);
    assert(errors.read! >= 1);
    assert.match(String(warnings[0]!.fields.reason), /ECONNREFUSED/);
    const server = await startRedis(port);
    const other = open(url(port));
    await untilFound(other.store, keyOf(9));
    await server.stop();
    store.put(keyOf(5), answer('between'));
    const again = await startRedis(port);
    await untilFound(other.store, keyOf(5));
    await store.close();
    await other.store.close();
    await again.stop();
  });

  it('costs one wait when it hangs', () =>
    withRedis(async (port, server) => {
      const { store, errors } = open(url(port));
      store.put(keyOf(0), answer('x'));
      const other = open(url(port), impatientMs);
      await untilFound(other.store, keyOf(0));
      server.process.kill('SIGSTOP');
      await assertFewWaits(other.store);
      server.process.kill('SIGCONT');
      await untilFound(other.store, keyOf(0));
      await store.close();
      await other.store.close();
      assert.deepEqual(errors, {});
    }));

  it('gives up a connection that owes an answer for seconds', () =>
    withRedis(async (port, server) => {
      let now = 0;
      const backend = redisBackend({ url: url(port), ttlMs }, { ...systemClock, now: () => now });
      await backend.write([[keyOf(0), 'x']]);
      server.process.kill('SIGSTOP');
      const owed = assert.rejects(backend.read([keyOf(0)]));
      now += 5_001;
      const next = backend.read([keyOf(0)]);
      await owed;
      server.process.kill('SIGCONT');
      assert.deepEqual(await next, ['x']);
      await backend.close();
    }));

  it('that refuses a command is worked without, and no answer is quoted in the reason', () =>
    withRedis(
      async (port) => {
        const { store, warnings } = open(url(port));
        store.put(keyOf(1), answer(keyOf(1)));
        await store.close();
        assert.match(JSON.stringify(warnings), /unknown command/);
        assert(!JSON.stringify(warnings).includes(keyOf(1)));
      },
      '--rename-command',
      'SET',
      '',
    ));
});
