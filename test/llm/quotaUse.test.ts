import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import type { EndpointConfig } from '../../src/llm/config.ts';
import { endpoint, failure, ok, request, rig } from './setUp.ts';

/** The other side's own books: a minute's quota that refills continuously. */
function provider(perMinute: number) {
  let refused = 0;
  let served = 0;
  let level = perMinute;
  let atMs = 0;
  return {
    take(nowMs: number, tokens: number): boolean {
      level = Math.min(perMinute, level + ((nowMs - atMs) * perMinute) / 60_000);
      atMs = nowMs;
      if (level < tokens) {
        refused += 1;
        return false;
      }
      level -= tokens;
      served += tokens;
      return true;
    },
    get refused() {
      return refused;
    },
    get served() {
      return served;
    },
  };
}

async function saturate(endpoints: readonly EndpointConfig[], seconds: number) {
  const books = new Map(endpoints.map((one) => [one.name, provider(one.tpm!)]));
  const random = seededRandom(7);
  const { engine, clock, scope } = rig({
    endpoints,
    random: seededRandom(1),
    script: ({ endpoint: name, atMs }) =>
      books.get(name)!.take(atMs, 1000)
        ? { afterMs: 100 + 200 * random(), result: ok({ promptTokens: 900, completionTokens: 100 }) }
        : { afterMs: 20, result: failure('throttled', { status: 429 }) },
  });
  const worker = async () => {
    for (;;) await engine.chat(request({ promptTokens: 900, maxOutputTokens: 100 }), scope);
  };
  const work = Array.from({ length: 60 }, () => worker().catch(() => {}));
  await clock.advance(seconds * 1000);
  await engine.close();
  await Promise.all(work);
  return books;
}

test('a token quota is used to 97 % or more with nothing refused', async () => {
  const tpm = 1_200_000;
  const books = (await saturate([endpoint('east', { tpm })], 60)).get('east')!;
  assert.equal(books.refused, 0);
  assert.ok(books.served >= 0.97 * tpm && books.served <= tpm, `${books.served} of ${tpm}`);
});

test('endpoints of 1:2:4 quota carry their shares', async () => {
  const tpms = [300_000, 600_000, 1_200_000];
  const books = await saturate(
    tpms.map((tpm, i) => endpoint(`e${i}`, { tpm })),
    60,
  );
  for (const [i, tpm] of tpms.entries()) {
    const { served, refused } = books.get(`e${i}`)!;
    assert.equal(refused, 0);
    assert.ok(served >= 0.95 * tpm && served <= 1.02 * tpm, `e${i}: ${served} of ${tpm}`);
  }
});

test('with nobody short of quota, load still follows it', async () => {
  const tpms = [10_000_000, 40_000_000];
  const books = await saturate(
    tpms.map((tpm, i) => endpoint(`e${i}`, { tpm })),
    5,
  );
  const ratio = books.get('e1')!.served / books.get('e0')!.served;
  assert.ok(ratio > 3 && ratio < 5, `${ratio}`);
});

test('two jobs of equal weight get equal shares, whatever they ask', async () => {
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east', { tpm: 1_200_000 })],
    script: () => ({ afterMs: 50, result: ok({ promptTokens: 0 }) }),
  });
  const served = { large: 0, small: 0 };
  const worker = async (jobId: 'large' | 'small', tokens: number) => {
    for (;;) {
      await engine.chat(request({ jobId, promptTokens: tokens, maxOutputTokens: 0 }), scope);
      served[jobId] += tokens;
    }
  };
  const many = Array.from({ length: 200 }, () => worker('large', 1000).catch(() => {}));
  const few = Array.from({ length: 40 }, () => worker('small', 500).catch(() => {}));
  await clock.advance(20_000);
  await engine.close();
  await Promise.all([...many, ...few]);
  assert.ok(Math.abs(served.small / served.large - 1) < 0.1, JSON.stringify(served));
});
