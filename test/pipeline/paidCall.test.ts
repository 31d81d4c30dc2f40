import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import type { SendResult } from '../../src/llm/http/outcome.ts';
import { Budget } from '../../src/pipeline/budget.ts';
import { paidCall } from '../../src/pipeline/paidCall.ts';
import { settled } from '../fakeClock.ts';
import { endpoint, failure, ok, request, rig } from '../llm/setUp.ts';
import { runToEnd } from './parts.ts';

/** Of one request of `request()`: 90 prompt tokens and at most 10 of completion; `ok()` bills as much. */
const once = 100;

/** A call that pays from `tokens`, to an endpoint that answers its requests with these, one after the other. */
function paying(tokens: number, results: readonly SendResult[]) {
  const engine = rig({
    endpoints: [endpoint('east')],
    script: (_, count) => ({ afterMs: 10, result: results[count - 1] ?? ok() }),
  });
  const budget = new Budget();
  budget.limit({ maxCost: 0, maxTokens: tokens });
  const left = () => {
    for (let count = 0; ; count++)
      if (budget.reserve({ promptTokens: 1, completionTokens: 0 }, null) !== undefined) return count;
  };
  return { ...engine, call: paidCall(engine.engine.chat, budget, null, engine.clock), budget, left };
}

test('a call pays what is billed, and is not sent where that does not fit', async () => {
  const { call, clock, scope, sender, left } = paying(2 * once, [ok({ completionTokens: 1 })]);
  await runToEnd(call(request(), scope), clock);
  // 91 of 100 were billed, so one estimated token counts as 0.91.
  assert.equal(left(), Math.floor(109 / 0.91));
  await assert.rejects(call(request(), scope), { kind: 'max_tokens', attempts: 0 });
  assert.equal(sender.sent.length, 1);
});

test('a refused request is repeated on the same reservation', async () => {
  const { call, clock, scope, left } = paying(once, [failure('server_error'), failure('throttled')]);
  const reply = await runToEnd(call(request(), scope), clock);
  assert.equal(reply.attempts, 2);
  assert.equal(left(), 0);
});

test('a request whose answer was lost counts as estimated, and its repetition pays again', async () => {
  const rich = paying(3 * once, [failure('timeout')]);
  await runToEnd(rich.call(request(), rich.scope), rich.clock);
  assert.equal(rich.left(), once);

  const poor = paying(2 * once - 1, [failure('connection', { mayBeBilled: true })]);
  await assert.rejects(runToEnd(poor.call(request(), poor.scope), poor.clock), {
    kind: 'max_tokens',
    attempts: 1,
    endpoint: 'east',
  });
  assert.equal(poor.sender.sent.length, 1);
});

test('a reply that tells no usage counts as estimated', async () => {
  const { call, clock, scope, left } = paying(2 * once, [ok({ promptTokens: 0, completionTokens: 0 })]);
  await runToEnd(call(request(), scope), clock);
  assert.equal(left(), once);
});

test('a call that ends unsent gives its reservation back; one that is under way may be billed', async () => {
  const waiting = paying(once, []);
  waiting.scope.end(new SemtelError('cancelled', 'gone'));
  await assert.rejects(waiting.call(request(), waiting.scope), { kind: 'cancelled' });
  assert.equal(waiting.left(), once);

  const sent = paying(3 * once, []);
  const reply = sent.call(request(), sent.scope);
  await settled();
  sent.scope.end(new SemtelError('cancelled', 'gone'));
  await assert.rejects(reply, { kind: 'cancelled' });
  assert.equal(sent.left(), 2 * once);
});
