import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lately } from '../../src/llm/quota/lately.ts';
import { endpoint, failure, ok, type RigOptions, request, rig } from './setUp.ts';

test('what was spent lately is that of ten seconds, less what is taken back, of fewer at first', () => {
  const lately = new Lately();
  assert.equal(lately.perMinute(0), 0);
  for (let ms = 0; ms < 2_000; ms += 100) lately.add(10, ms);
  assert.equal(lately.perMinute(2_000), 6_000);
  lately.add(-100, 1_500);
  assert.equal(lately.perMinute(2_000), 3_000);
  assert.equal(lately.perMinute(5_000), 1_200);
  assert.equal(lately.perMinute(12_000), 0);
  lately.add(5, 11_000);
  lately.add(-5, 1_000);
  assert.equal(lately.perMinute(12_000), 300);
});

/** Calls come faster than they may go, for some seconds. */
async function saturated(options: RigOptions, seconds: number) {
  const built = rig(options);
  const { engine, clock, scope } = built;
  const worker = async () => {
    for (;;) await engine.chat(request(), scope);
  };
  const work = Array.from({ length: 60 }, () => worker().catch(() => {}));
  await clock.advance(seconds * 1_000);
  return {
    seen: engine.view()[0]!,
    async end() {
      await engine.close();
      await Promise.all(work);
    },
    ...built,
  };
}

test('the part of a quota that is used is what was charged, also for calls that failed', async () => {
  for (const script of [
    () => ({ afterMs: 2_000, result: ok() }),
    (_: unknown, count: number) => ({
      afterMs: 50,
      result: count % 4 === 0 ? failure('server_error', { status: 500 }) : ok(),
    }),
  ]) {
    const { seen, engine, clock, end } = await saturated(
      { endpoints: [endpoint('east', { tpm: 120_000, rpm: 6_000 })], script },
      20,
    );
    assert.ok(seen.used.tokens! > 0.96 && seen.used.tokens! < 1.01, `${seen.used.tokens}`);
    assert.ok(Math.abs(seen.used.requests! - seen.used.tokens! / 5) < 0.01, `${seen.used.requests}`);
    assert.ok(seen.waiting > 0);
    await end();
    await clock.advance(11_000);
    assert.deepEqual(engine.view()[0]!.used, { requests: 0, tokens: 0 });
    assert.equal(engine.view()[0]!.waiting, 0);
  }
});

test('output that is given back counts as not used', async () => {
  const { seen, end } = await saturated(
    {
      endpoints: [endpoint('east', { tpm: 120_000, provider: 'openai' })],
      script: () => ({ afterMs: 50, result: ok({ completionTokens: 0 }) }),
    },
    20,
  );
  assert.ok(seen.used.tokens! > 0.95 && seen.used.tokens! < 1.01, `${seen.used.tokens}`);
  await end();
});

test('a limit that was learned stands for the quota of requests, and says so', async () => {
  let servedMs = 0;
  const { seen, end } = await saturated(
    {
      endpoints: [endpoint('east')],
      // Ten calls a second and no word about it.
      script: ({ atMs }) => {
        if (atMs < servedMs) return { afterMs: 20, result: failure('throttled', { status: 429 }) };
        servedMs = Math.max(servedMs, atMs - 1_000) + 100;
        return { afterMs: 50, result: ok() };
      },
    },
    60,
  );
  assert.equal(seen.learned, true);
  assert.equal(seen.quota.tokens, null);
  assert.ok(seen.quota.requests! > 400 && seen.quota.requests! < 800, `${seen.quota.requests}`);
  assert.ok(seen.used.requests! > 0.9 && seen.used.requests! < 1.1, `${seen.used.requests}`);
  await end();
});

test('an endpoint that fails every call and cannot be left out says what it does', async () => {
  let healed = false;
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: () => ({
      afterMs: 10,
      result: healed ? ok() : failure('server_error', { reason: 'answered HTTP 500' }),
    }),
  });
  const call = engine.chat(request(), scope);
  await clock.advance(30_000);
  assert.deepEqual([engine.view()[0]!.state, engine.view()[0]!.reason], ['up', 'answered HTTP 500']);
  healed = true;
  await clock.advance(10_000);
  await call;
  assert.equal(engine.view()[0]!.reason, null);
});
