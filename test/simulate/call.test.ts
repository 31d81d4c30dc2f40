import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { type OwnedScope, openScope } from '../../src/base/scope.ts';
import { type Outcome, performCall } from '../../src/simulate/call.ts';
import { chatWork } from '../../src/simulate/chat.ts';
import { type ControlChange, defaultControl, mergeControl } from '../../src/simulate/control.ts';
import { Endpoint } from '../../src/simulate/endpoint.ts';
import { isProblem } from '../../src/simulate/problem.ts';
import { fakeClock, settled } from '../fakeClock.ts';
import { body, conversation, labels, object, testWorld } from './requests.ts';

const asked = body({ user: conversation('my doctor'), schema: object({ label: labels('Health', 'Other') }) });

function started(control: ControlChange) {
  const clock = fakeClock();
  const world = testWorld(clock);
  const endpoint = new Endpoint(
    'east',
    mergeControl(defaultControl, { latency_sigma: 0, ...control }),
    clock,
  );
  const call = (scope: OwnedScope = openScope(clock), request = asked) => {
    const work = chatWork(endpoint, request, world);
    if (isProblem(work)) throw new Error(work.message);
    return performCall(endpoint, work, world, scope);
  };
  const stats = () => endpoint.recorder.snapshot(endpoint.slots.waiting);
  return { clock, endpoint, call, stats };
}

function response(outcome: Outcome) {
  assert.equal(outcome.kind, 'response');
  const { status, headers, body: text, dripMs } = outcome as Outcome & { kind: 'response' };
  return { status, headers, dripMs, json: JSON.parse(text) };
}

test('a reply comes after its latency and the time of its output', async () => {
  const { clock, call } = started({ latency_ms: 200, per_output_token_ms: 10 });
  let outcome: Outcome | undefined;
  void call().then((value) => {
    outcome = value;
  });
  await clock.advance(200);
  assert.equal(outcome, undefined);
  await clock.advance(200);
  const { json } = response(outcome!);
  assert.equal(json.choices[0].message.content, '{"label":"Health"}');
  assert.equal(json.model, 'simulated-m');
  assert.equal(json.usage.total_tokens, json.usage.prompt_tokens + json.usage.completion_tokens);
});

test('latencies are lognormal around their median', () => {
  const { endpoint } = started({ latency_ms: 100, latency_sigma: 0.5 });
  const drawn = Array.from({ length: 4_001 }, () => endpoint.latencyMs(0)).sort((a, b) => a - b);
  assert.ok(Math.abs(drawn[2_000]! - 100) < 5);
  // One standard deviation above the median: 84 % of a normal distribution lie below.
  assert.ok(Math.abs(Math.log(drawn[Math.floor(0.841 * 4_001)]! / 100) - 0.5) < 0.05);
});

test('more calls than slots queue as at a self-hosted engine: slower, never refused', async () => {
  const { clock, call, stats } = started({ latency_ms: 100, slots: 2 });
  const done: number[] = [];
  for (let i = 0; i < 6; i++) void call().then(() => done.push(clock.now()));
  await settled();
  assert.equal(stats().queued, 4);
  await clock.advance(1_000);
  assert.deepEqual(done, [100, 100, 200, 200, 300, 300]);
});

test('a call beyond the quota is refused at once, told how long to wait, and costs nothing', async () => {
  const { clock, call, stats } = started({ latency_ms: 0, rpm: 1, window: '1m' });
  await clock.advance(15_000);
  assert.equal(response(await call()).status, 200);
  const { status, headers, json } = response(await call());
  assert.equal(status, 429);
  assert.equal(headers['retry-after-ms'], '45000');
  assert.equal(headers['retry-after'], '45');
  assert.equal(headers['x-ratelimit-remaining-requests'], '0');
  assert.deepEqual([json.error.type, json.error.code], ['requests', 'rate_limit_exceeded']);
  const { throttled, ok, refused } = stats();
  assert.deepEqual([throttled, ok], [1, 1]);
  assert.deepEqual(refused, [
    { at_ms: 15_000, unit: 'requests', requested: 1, remaining: 0, retry_after_ms: 45_000 },
  ]);
});

test('prompt and whole output bound are reserved; with refund the unused part comes back at the end', async () => {
  for (const refund of [false, true]) {
    const { endpoint, call, stats } = started({ latency_ms: 0, tpm: 10_000, window: '1m', refund });
    const { json } = response(await call());
    const { prompt_tokens, total_tokens } = json.usage;
    const used = 10_000 - endpoint.quota.level('tokens', 0)!.remaining;
    assert.equal(used, refund ? total_tokens : prompt_tokens + 64);
    const { reserved_tokens, refunded_tokens } = stats();
    assert.equal(reserved_tokens - refunded_tokens, used);
  }
});

test('faults before the quota spend none of it; those of the work do', async () => {
  const expected = {
    '400': 400,
    '401': 401,
    '403': 403,
    '404': 404,
    '429': 429,
    insufficient_quota: 429,
    '500': 500,
    '503': 503,
    '529': 529,
    content_filter: 400,
  };
  for (const [fault, status] of Object.entries(expected)) {
    const { endpoint, call, stats } = started({
      latency_ms: 0,
      rpm: 10,
      window: '1m',
      faults: { [fault]: 1 },
    });
    const { status: seen, headers, json } = response(await call());
    assert.equal(seen, status);
    assert.equal(headers['retry-after'], undefined);
    assert.deepEqual(Object.keys(json.error), ['message', 'type', 'code', 'param']);
    const atDoor = !['500', '503', '529', 'content_filter'].includes(fault);
    assert.equal(endpoint.quota.level('requests', 0)!.remaining, atDoor ? 10 : 9);
    const { faults, ok, throttled } = stats();
    assert.deepEqual([faults[fault as keyof typeof faults], ok, throttled], [1, 0, 0]);
  }
});

test('a hanging call ends when its client goes, and frees its slot', async () => {
  const { clock, endpoint, call } = started({ latency_ms: 10, slots: 1, faults: { hang: 1 } });
  const scope = openScope(clock);
  const hanging = call(scope);
  await clock.advance(1e9);
  endpoint.change(mergeControl(endpoint.control, { faults: { hang: 0 } }));
  const next = call();
  scope.end(new SemtelError('cancelled', 'gone'));
  await assert.rejects(hanging, /gone/);
  await clock.advance(10);
  assert.equal(response(await next).status, 200);
});

test('reset closes the connection, slow drips the body', async () => {
  assert.deepEqual(await started({ faults: { reset: 1 } }).call(), { kind: 'reset' });
  const { clock, call } = started({ latency_ms: 300, faults: { slow: 1 } });
  const slow = call();
  await clock.advance(300);
  assert.equal(response(await slow).dripMs, 2_700);
});

test('an output bound cuts the reply', async () => {
  const { call } = started({ latency_ms: 0 });
  const short = { ...asked, max_completion_tokens: 3 };
  const { json } = response(await call(undefined, short));
  assert.equal(json.choices[0].finish_reason, 'length');
  assert.equal(json.usage.completion_tokens, 3);
  assert.ok('{"label":"Health"}'.startsWith(json.choices[0].message.content));
});

test('the same seed meets the same faults, whatever the latency', async () => {
  const run = async (latency_ms: number, seed: number) => {
    const { clock, call } = started({ latency_ms, seed, faults: { '500': 0.5 } });
    const statuses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const outcome = call();
      await clock.advance(latency_ms);
      statuses.push(response(await outcome).status);
    }
    return statuses;
  };
  const first = await run(0, 5);
  assert.deepEqual(await run(50, 5), first);
  assert.notDeepEqual(await run(0, 6), first);
});
