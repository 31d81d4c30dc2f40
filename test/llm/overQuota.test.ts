import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultTuning } from '../../src/llm/config.ts';
import { noRateHeaders } from '../../src/llm/http/headers.ts';
import { type Charge, Quota } from '../../src/llm/quota/quota.ts';
import { endpoint } from './setUp.ts';

const { headroomMax, tokenBurstS, requestBurstS } = defaultTuning;

/** Where replies tell what is left, the part that is used may grow by this a second while calls follow each other. */
const beyondPerS = 0.002;
const followMs = 1_000;

/** Something charged, or (negative) given back. */
interface Entry {
  readonly atMs: number;
  readonly amount: number;
  /** The most of the quota that may have been used until then. */
  readonly use: number;
}

/**
 * The most by which any span of `ms` is charged more than what runs in of a quota; it begins with a charge: where a
 * maximum is, one begins.
 */
function mostAbove(entries: readonly Entry[], perMinute: number, ms: number): number {
  let highest = 0;
  for (const [first, { atMs: from }] of entries.entries()) {
    let sum = 0;
    for (const { atMs, amount, use } of entries.slice(first)) {
      if (atMs >= from + ms) break;
      sum += amount;
      highest = Math.max(highest, sum - (use * perMinute * ms) / 60_000);
    }
  }
  return highest;
}

const step = fc.record({
  // Bursts, a steady trickle, and rests.
  pauseMs: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(2_000), fc.nat(20_000)),
  estimate: fc.integer({ min: 1, max: 4_000 }),
  maxOutput: fc.nat(500),
  outcome: fc.constantFrom('billed', 'billed', 'billed', 'nothing', 'refused' as const),
  headers: fc.option(fc.nat(20_000)),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Run = [tpm: number, rpm: number, share: number, provider: 'openai' | 'azure', steps: Step[]];

/** Calls that follow each other all the time, and are told that much is left. */
const steady: Run = [
  600_000,
  60_000,
  1,
  'azure',
  Array.from({ length: 400 }, () => ({
    pauseMs: 0,
    estimate: 4_000,
    maxOutput: 0,
    outcome: 'billed',
    headers: 600_000,
  })),
];

test('property: in any span no more is charged than 99 % of the quota in that time and one burst or call', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 600, max: 6_000_000 }),
      fc.integer({ min: 1, max: 60_000 }),
      fc.constantFrom(1, 0.5),
      fc.constantFrom('openai' as const, 'azure' as const),
      fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
      (...[tpm, rpm, share, provider, steps]: Run) => {
        const quota = new Quota(endpoint('east', { tpm, rpm, share, provider }), defaultTuning, 0);
        const tokens: Entry[] = [];
        const requests: Entry[] = [];
        let nowMs = 0;
        let largest = 0;
        let use = headroomMax;
        let leftTold = false;
        let lastMs = Number.NEGATIVE_INFINITY;
        for (const { pauseMs, estimate, maxOutput, outcome, headers } of steps) {
          nowMs += pauseMs;
          // Rounding of the wait may leave another one of less than a millisecond.
          for (let ms = 1; ms > 0; nowMs += ms)
            ms = Math.ceil(quota.waitMs(quota.cost(estimate, maxOutput), nowMs));
          const charge: Charge = quota.charge(estimate, maxOutput, nowMs);
          tokens.push({ atMs: nowMs, amount: charge.tokens, use });
          requests.push({ atMs: nowMs, amount: 1, use: headroomMax });
          if (leftTold && nowMs - lastMs <= followMs) use += (beyondPerS * (nowMs - lastMs)) / 1_000;
          lastMs = nowMs;
          largest = Math.max(largest, charge.tokens);
          if (outcome === 'refused') quota.refused(noRateHeaders, charge, false, nowMs);
          if (outcome === 'billed') {
            // Estimates are right: a bill above them is charged late, and nothing can bound it.
            const prompt = charge.tokens - maxOutput;
            quota.billed(charge, prompt, 0);
            if (provider === 'openai') tokens.push({ atMs: nowMs, amount: -maxOutput, use });
          }
          if (headers === null) continue;
          leftTold = true;
          const told = { limit: tpm, remaining: headers };
          quota.heard({ ...noRateHeaders, tokens: told }, charge, nowMs);
        }
        for (const ms of [1_000, 10_000, 60_000]) {
          const bound = (perMinute: number, burstS: number, call: number) =>
            // Buckets take what misses a whole number by 1e-6.
            Math.max((perMinute * share * burstS) / 60, call) + 1e-3;
          const above = {
            tokens: mostAbove(tokens, tpm * share, ms),
            requests: mostAbove(requests, rpm * share, ms),
          };
          assert.ok(above.tokens <= bound(tpm, tokenBurstS, largest), `tokens in ${ms} ms`);
          assert.ok(above.requests <= bound(rpm, requestBurstS, 1), `requests in ${ms} ms`);
        }
      },
    ),
    { numRuns: 10_000, examples: [steady] },
  );
});
