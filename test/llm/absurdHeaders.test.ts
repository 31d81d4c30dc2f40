import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRateHeaders, readRetryAfterMs } from '../../src/llm/http/headers.ts';
import { endpoint, failure, ok, request, rig } from './setUp.ts';

const names = ['limit', 'remaining', 'reset', 'renewalperiod'].flatMap((field) =>
  ['requests', 'tokens'].flatMap((unit) => [
    `x-ratelimit-${field}-${unit}`,
    `anthropic-ratelimit-${unit}-${field}`,
  ]),
);
const absurd = fc.constantFrom(
  ...['', '-1', '0', 'NaN', '1e30', 'unlimited', '0, 0', '2,000,000', '99999999999', '99999999999999'],
);
const small = fc.constantFrom('1', '99', '0.001', '3', '150');
const wait = fc.constantFrom('0', '-1', 'soon', '999999', '0.001', '1e30', 'Thu, 01 Jan 1970 00:00:00 GMT');
const headersOf = (value: fc.Arbitrary<string>) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });

const calls = 40;
const tokens = 100;
const tpm = 60_000;

/** How long it takes until all calls are answered, and when each was sent. */
async function run(
  given: readonly Record<string, string>[],
  configured: number | null,
  refuseEvery: number,
): Promise<{ ms: number; sentMs: readonly number[] }> {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { tpm: configured })],
    script: (_, count) => {
      const headers = given[count % given.length] ?? {};
      const read = (name: string) => headers[name] ?? null;
      const rates = readRateHeaders(read);
      const retryAfterMs = readRetryAfterMs(read);
      return count % refuseEvery === 0
        ? { afterMs: 20, result: failure('throttled', { status: 429, rates, retryAfterMs }) }
        : { afterMs: 100, result: { ...ok(), rates } };
    },
  });
  let answered = 0;
  for (let n = 0; n < calls; n++)
    void engine.chat(request({ promptTokens: tokens - 10, maxOutputTokens: 10 }), scope).then(() => {
      answered += 1;
    });
  while (answered < calls && (await clock.next()));
  assert.equal(answered, calls);
  await engine.close();
  return { ms: clock.now(), sentMs: sender.sent.map(({ atMs }) => atMs) };
}

test('property: whatever headers say, also with 429, every call is answered in the end', async () => {
  const headers = fc.tuple(headersOf(fc.oneof(absurd, small)), fc.option(wait));
  await fc.assert(
    fc.asyncProperty(
      fc.array(headers, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(null, tpm),
      async (given, configured) => {
        const all = given.map(([some, after]) => (after === null ? some : { ...some, 'retry-after': after }));
        await run(all, configured, 7);
      },
    ),
    { numRuns: 500 },
  );
});

test('property: headers that cannot be believed neither slow a run down nor let it pass the configured quota', async () => {
  const alone = await run([], tpm, Number.POSITIVE_INFINITY);
  await fc.assert(
    fc.asyncProperty(fc.array(headersOf(absurd), { minLength: 1, maxLength: 4 }), async (given) => {
      const { ms, sentMs } = await run(given, tpm, Number.POSITIVE_INFINITY);
      // What remains may be said to be nothing again and again: then no burst is left, but the quota is.
      assert.ok(ms <= 1.3 * alone.ms, `${ms} ms instead of ${alone.ms}`);
      // At most the burst of half a second, what runs in, and the call that was under way.
      for (const [n, atMs] of sentMs.entries())
        assert.ok(
          (n + 1) * tokens <= (tpm / 60) * (0.5 + atMs / 1_000) + tokens + 1,
          `call ${n} at ${atMs} ms`,
        );
    }),
    { numRuns: 500 },
  );
});
