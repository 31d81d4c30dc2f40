import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { seededRandom } from '../../src/base/random.ts';
import { type OwnedScope, openScope } from '../../src/base/scope.ts';
import { CallError } from '../../src/llm/call.ts';
import { Endpoint } from '../../src/llm/endpoint/endpoint.ts';
import { LatencyWindow } from '../../src/llm/endpoint/latency.ts';
import type { Lease } from '../../src/llm/endpoint/lease.ts';
import type { SendResult } from '../../src/llm/http/outcome.ts';
import { endpoint, failure, ok, request, rig, type Sent } from './setUp.ts';

const results: readonly (() => SendResult)[] = [
  ok,
  ok,
  ok,
  () => failure('server_error', { status: 500 }),
  () => failure('server_error', { status: 503 }),
  () => failure('connection'),
  () => failure('timeout'),
  () => failure('throttled', { status: 429, retryAfterMs: 500 }),
  () => failure('throttled', { status: 429 }),
  () => failure('rejected', { status: 403 }),
  () => failure('request_rejected', { status: 400 }),
  () => failure('format_rejected', { status: 400 }),
];

const step = fc.oneof(
  fc.record({
    kind: fc.constant('ask' as const),
    job: fc.constantFrom('a', 'b'),
    deadlineMs: fc.option(fc.nat(20_000)),
  }),
  fc.record({
    kind: fc.constant('answer' as const),
    pick: fc.nat(),
    result: fc.nat(results.length - 1),
  }),
  fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(5000) }),
);

/** Counts how often each lease is settled, whichever way. */
function countSettlements(): { readonly settled: Map<Lease, number>; restore(): void } {
  const settled = new Map<Lease, number>();
  const names = ['settleOk', 'settleDropped', 'settleIgnored'] as const;
  const proto = Endpoint.prototype as unknown as Record<
    string,
    (lease: Lease, ...rest: unknown[]) => unknown
  >;
  const real = names.map((name) => proto[name]!);
  const lease = Endpoint.prototype.lease;
  Endpoint.prototype.lease = function (load) {
    const made = lease.call(this, load);
    settled.set(made, 0);
    return made;
  };
  for (const [i, name] of names.entries()) {
    proto[name] = function (this: Endpoint, given, ...rest) {
      settled.set(given, (settled.get(given) ?? 0) + 1);
      return real[i]!.call(this, given, ...rest);
    };
  }
  return {
    settled,
    restore() {
      Endpoint.prototype.lease = lease;
      for (const [i, name] of names.entries()) proto[name] = real[i]!;
    },
  };
}

test('property: for any order of replies, failures, cancels and pauses no permit is lost, every lease is settled once, every call ends once, and nothing is sent after a deadline', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16, size: 'max' }), fc.nat(), async (steps, seed) => {
      const counted = countSettlements();
      try {
        const { engine, sender, clock } = rig({
          endpoints: [
            endpoint('east', { maxConcurrency: 2, tpm: 60_000 }),
            endpoint('west', { maxConcurrency: 1, structured: 'auto', rpm: 600 }),
          ],
          random: seededRandom(seed),
        });
        const scopes: OwnedScope[] = [];
        const ends: string[] = [];
        for (const one of steps) {
          if (one.kind === 'ask') {
            const deadlineMs =
              one.deadlineMs === null ? Number.POSITIVE_INFINITY : clock.now() + one.deadlineMs;
            const scope = openScope(clock, { deadlineMs });
            scopes.push(scope);
            const asked = request({ jobId: one.job, parameters: { deadlineMs } });
            const finished = (how: string) => {
              scope.dispose();
              ends.push(how);
            };
            engine.chat(asked, scope).then(
              () => finished('ok'),
              (error) => {
                assert.ok(error instanceof CallError);
                finished(error.kind);
              },
            );
          } else if (one.kind === 'answer') {
            const open: Sent[] = [...sender.open];
            open[one.pick % Math.max(open.length, 1)]?.answer(results[one.result]!());
          } else if (one.kind === 'cancel') {
            scopes[one.pick % Math.max(scopes.length, 1)]?.end(new SemtelError('cancelled', 'Enough.'));
          }
          await clock.advance(one.kind === 'wait' ? one.ms : 0);
          const inflight = engine.view().map((seen) => seen.inflight);
          assert.equal(inflight[0]! + inflight[1]!, sender.open.size);
          assert.ok(inflight[0]! <= 2 && inflight[1]! <= 1);
        }
        await engine.close();
        await clock.advance(0);
        assert.equal(ends.length, scopes.length);
        assert.deepEqual(
          engine.view().map((seen) => seen.inflight),
          [0, 0],
        );
        assert.ok([...counted.settled.values()].every((times) => times === 1));
        assert.ok(
          sender.sent.every(({ atMs, request: { parameters } }) => atMs < Number(parameters.deadlineMs)),
        );
        assert.equal(clock.pending, 0);
      } finally {
        counted.restore();
      }
    }),
    { numRuns: 10_000 },
  );
});

test('a lease that is settled twice is an error in the program', async () => {
  const one = new Endpoint('default', endpoint('east'), {
    clock: { now: () => 0, after: () => () => {} },
    random: () => 0,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    tuning: (await import('../../src/llm/config.ts')).defaultTuning,
    attemptMaxMs: 60_000,
    modelLatency: new LatencyWindow(0),
  });
  const lease = one.lease({ promptTokens: 1, maxOutputTokens: 1 });
  lease.ignored();
  assert.throws(() => lease.ok(ok()));
  assert.equal(one.view().inflight, 0);
});
