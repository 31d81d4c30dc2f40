import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Usage } from '../../src/llm/price.ts';
import { Budget } from '../../src/pipeline/budget.ts';

const price = { input: 1e6, output: 1e6, currency: 'USD' };
/** At that price a token costs 1, so that both limits count the same. */
const of = (tokens: number): Usage => ({ promptTokens: tokens, completionTokens: 0 });

interface Request {
  readonly estimate: number;
  /** Null: it ends without a bill. */
  readonly bill: number | null;
  /** Which of those in flight ends before the next request. */
  readonly ends: readonly number[];
}

const requests: fc.Arbitrary<Request[]> = fc.array(
  fc.record({
    estimate: fc.integer({ min: 1, max: 100 }),
    bill: fc.option(fc.integer({ min: 0, max: 400 }), { freq: 5 }),
    ends: fc.array(fc.nat(), { maxLength: 3 }),
  }),
  { maxLength: 120 },
);

test('bills pass a limit by no more than those of the requests in flight when it was reached', () => {
  fc.assert(
    fc.property(
      requests,
      fc.integer({ min: 1, max: 3_000 }),
      fc.constantFrom('maxCost', 'maxTokens'),
      (list, limit, name) => {
        const budget = new Budget();
        budget.limit({ maxCost: 0, maxTokens: 0, [name]: limit });
        const inFlight: Request[] = [];
        let billed = 0;
        let allowed = Number.POSITIVE_INFINITY;
        const end = (index: number) => {
          const { estimate, bill } = inFlight[index]!;
          if (billed < limit && billed + (bill ?? 0) >= limit)
            allowed = billed + inFlight.reduce((sum, other) => sum + (other.bill ?? 0), 0);
          inFlight.splice(index, 1);
          billed += bill ?? 0;
          if (bill === null) budget.release(of(estimate), price);
          else budget.settle(of(estimate), of(bill), price);
        };
        for (const request of list) {
          for (const pick of request.ends) if (inFlight.length > 0) end(pick % inFlight.length);
          const spent = budget.reserve(of(request.estimate), price);
          if (spent === undefined) inFlight.push(request);
          else assert.equal(spent, name === 'maxCost' ? 'max_cost' : 'max_tokens');
        }
        while (inFlight.length > 0) end(0);
        assert(billed <= allowed, `${billed} billed, at most ${allowed} allowed`);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('estimates that are wrong by a factor leave neither much over nor much unused', () => {
  for (const factor of [0.2, 1, 5]) {
    const budget = new Budget();
    budget.limit({ maxCost: 0, maxTokens: 100_000 });
    let billed = 0;
    let inFlight = 0;
    const settle = () => {
      billed += 100 * factor;
      inFlight -= 1;
      budget.settle(of(100), of(100 * factor), null);
    };
    while (budget.reserve(of(100), null) === undefined) {
      inFlight += 1;
      if (inFlight === 10) settle();
    }
    while (inFlight > 0) settle();
    assert(Math.abs(billed - 100_000) <= 100 * factor, `${billed} billed`);
  }
});

test('the newest limits hold, and 0 is none', () => {
  const budget = new Budget();
  assert.equal(budget.reserve(of(1_000), price), undefined);
  budget.settle(of(1_000), of(1_000), price);
  budget.limit({ maxCost: 0, maxTokens: 1_500 });
  assert.equal(budget.reserve(of(501), price), 'max_tokens');
  assert.equal(budget.reserve(of(500), price), undefined);
  budget.limit({ maxCost: 1_500, maxTokens: 0 });
  assert.equal(budget.reserve(of(1), price), 'max_cost');
});
