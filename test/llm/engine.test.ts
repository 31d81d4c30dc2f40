import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { openScope } from '../../src/base/scope.ts';
import { CallError, type Sent } from '../../src/llm/call.ts';
import { settled } from '../fakeClock.ts';
import { endpoint, failure, ok, request, rig } from './setUp.ts';

const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error) => {
      assert.ok(error instanceof CallError);
      assert.ok(error.message.length <= 300 && !error.message.includes('secret'), error.message);
      return error.kind;
    },
  );

test('a call gives the reply with endpoint, attempts and latency', async () => {
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: () => ({ afterMs: 200, result: ok() }),
  });
  const reply = engine.chat(request(), scope);
  await clock.advance(200);
  const { endpoint: name, attempts, latencyMs, text } = await reply;
  assert.deepEqual([name, attempts, latencyMs, text], ['east', 1, 200, '{}']);
  assert.equal(clock.pending, 0);
});

test('each HTTP request is told of when it has ended: what was sent, without key and headers, and what became of it', async () => {
  const ends = [failure('server_error'), failure('throttled', { retryAfterMs: 100 }), ok({ text: 'right' })];
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east', { headers: { 'x-mine': 'of mine' }, request: { top_k: 1 } })],
    script: (_, count) => ({ afterMs: 200, result: ends[count - 1]! }),
  });
  const told: Sent[] = [];
  const reply = engine.chat(request({ onSent: (sent) => told.push(sent) }), scope);
  while ((await clock.next()) && told.length < 3);
  await reply;
  assert.deepEqual(
    told.map((sent) => [sent.endpoint, sent.latencyMs, sent.outcome, sent.reason, sent.reply?.text]),
    [
      ['east', 200, 'server_error', 'failed (server_error)', undefined],
      ['east', 200, 'throttled', 'failed (throttled)', undefined],
      ['east', 200, 'ok', null, 'right'],
    ],
  );
  const format = { name: 'topic', strict: true, schema: { type: 'object' } };
  for (const { body } of told)
    assert.deepEqual(body, {
      model: 'm',
      messages: request().messages(),
      max_completion_tokens: 10,
      response_format: { type: 'json_schema', json_schema: format },
      top_k: 1,
    });
  assert.doesNotMatch(JSON.stringify(told), /key-of-east|of mine/);
});

test('a request that nobody waits for any more is told of as aborted', async () => {
  const { engine, scope } = rig({ endpoints: [endpoint('east')] });
  const told: Sent[] = [];
  const reply = kindOf(engine.chat(request({ onSent: (sent) => told.push(sent) }), scope));
  await settled();
  scope.end(new SemtelError('cancelled', 'The client went away.'));
  assert.equal(await reply, 'cancelled');
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ['aborted'],
  );
});

test('an endpoint whose quota nobody told gets one call a second until one is answered, and then all within a latency', async () => {
  const { engine, sender, clock, scope } = rig({ endpoints: [endpoint('east')] });
  const calls = Array.from({ length: 10 }, () => engine.chat(request(), scope));
  await clock.advance(2_500);
  assert.deepEqual(
    sender.sent.map(({ atMs }) => atMs),
    [0, 1_000, 2_000],
  );
  sender.sent[0]!.answer(ok());
  await settled();
  await clock.advance(2_500);
  assert.equal(sender.sent.length, 10);
  for (const sent of [...sender.open]) sent.answer(ok());
  await Promise.all(calls);
});

test('a freed permit goes to the next waiter, not to a newcomer', async () => {
  const { engine, sender, scope } = rig({ endpoints: [endpoint('east', { maxConcurrency: 1 })] });
  const ask = (jobId: string) => engine.chat(request({ jobId }), scope);
  const calls = [ask('first'), ask('waits')];
  await settled();
  sender.sent[0]!.answer(ok());
  calls.push(ask('newcomer'));
  await settled();
  assert.deepEqual(
    sender.sent.map((sent) => sent.request.jobId),
    ['first', 'waits'],
  );
  sender.sent[1]!.answer(ok());
  await settled();
  sender.sent[2]!.answer(ok());
  await Promise.all(calls);
});

test('permits are free while a call backs off', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { maxConcurrency: 1 })],
    script: ({ request: { jobId } }, count) =>
      jobId === 'fails' && count === 1
        ? { afterMs: 10, result: failure('server_error', { status: 500 }) }
        : { afterMs: 10, result: ok() },
  });
  const failing = engine.chat(request({ jobId: 'fails' }), scope);
  const others = [1, 2, 3].map(() => engine.chat(request({ jobId: 'other' }), scope));
  await clock.advance(40);
  await Promise.all(others);
  await clock.advance(1000);
  assert.equal((await failing).attempts, 2);
  assert.deepEqual(
    sender.sent.map(({ atMs }) => atMs),
    [0, 10, 20, 30, 497.5],
  );
});

test('a 429 pauses the endpoint as told and costs the call no attempt', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east')],
    random: () => 0,
    script: (_, count) =>
      count <= 3
        ? { afterMs: 0, result: failure('throttled', { status: 429, retryAfterMs: 2000 }) }
        : { afterMs: 0, result: ok() },
  });
  const reply = engine.chat(request(), scope);
  await clock.advance(1999);
  assert.equal(engine.view()[0]?.state, 'cooling');
  await clock.advance(10_000);
  assert.equal((await reply).attempts, 1);
  assert.deepEqual(
    sender.sent.map(({ atMs }) => atMs),
    [0, 2000, 4000, 6000],
  );
});

test('while one endpoint cools the others take its calls', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east'), endpoint('west')],
    script: ({ endpoint: name }) => ({
      afterMs: 1,
      result: name === 'east' ? failure('throttled', { retryAfterMs: 60_000 }) : ok(),
    }),
  });
  const calls = Array.from({ length: 10 }, () => engine.chat(request(), scope));
  await clock.advance(10);
  for (const reply of await Promise.all(calls)) assert.equal(reply.endpoint, 'west');
  assert.ok(sender.sent.length > 10);
});

test('401, 403, 404 and spent accounts take an endpoint out; when all are out, calls fail at once', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { maxConcurrency: 1 }), endpoint('west', { maxConcurrency: 1 })],
    script: () => ({
      afterMs: 5,
      result: failure('rejected', { status: 401, reason: 'answered HTTP 401 (invalid_api_key)' }),
    }),
  });
  const calls = Array.from({ length: 20 }, () => kindOf(engine.chat(request(), scope)));
  await clock.advance(5);
  assert.deepEqual([...new Set(await Promise.all(calls))], ['endpoints_rejected']);
  assert.equal(sender.sent.length, 2);
  assert.match(engine.rejected('default')!.reason, /east answered HTTP 401.*west answered HTTP 401/);
  assert.equal(await kindOf(engine.chat(request(), scope)), 'endpoints_rejected');
  assert.equal(sender.sent.length, 2);
  assert.equal(clock.pending, 0);
});

test('a rejected endpoint is an error in the log, and is asked again after five minutes by one call', async () => {
  let healthy = false;
  const errors: unknown[] = [];
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: () => ({ afterMs: 5, result: healthy ? ok() : failure('rejected', { status: 403 }) }),
    log: { ...noLog, error: (_, fields) => errors.push(fields) },
  });
  const first = kindOf(engine.chat(request(), scope));
  await clock.advance(5);
  assert.equal(await first, 'endpoints_rejected');
  assert.deepEqual(errors, [
    { model: 'default', endpoint: 'east', reason: 'failed (rejected)', probeEveryMs: 300_000 },
  ]);
  healthy = true;
  await clock.advance(300_000);
  assert.equal(engine.rejected('default'), null);
  const probing = engine.chat(request(), scope);
  await settled();
  assert.equal(await kindOf(engine.chat(request(), scope)), 'endpoints_rejected');
  await clock.advance(5);
  assert.equal((await probing).endpoint, 'east');
  assert.equal(sender.sent.length, 2);
});

test('after a 401 the key is read again, and a new one is tried at once', async () => {
  const keys = ['old', 'new'];
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { apiKey: () => keys.shift() ?? 'new' })],
    script: ({ target }) => ({
      afterMs: 1,
      result: target.apiKey === 'new' ? ok() : failure('rejected', { status: 401 }),
    }),
  });
  const reply = engine.chat(request(), scope);
  await clock.advance(2);
  assert.equal((await reply).attempts, 2);
  assert.deepEqual(
    sender.sent.map(({ target }) => target.apiKey),
    ['old', 'new'],
  );
});

test('a key that cannot be read rejects the endpoint', async () => {
  const { engine, sender, scope } = rig({
    endpoints: [
      endpoint('east', {
        apiKey: () => {
          throw new Error('secret path');
        },
      }),
    ],
  });
  assert.equal(await kindOf(engine.chat(request(), scope)), 'endpoints_rejected');
  assert.equal(sender.sent.length, 0);
});

test('a response_format that is refused is given up for good', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { structured: 'auto' })],
    script: ({ target }) => ({
      afterMs: 1,
      result: target.structured === 'text' ? ok() : failure('format_rejected', { status: 400 }),
    }),
  });
  const first = engine.chat(request(), scope);
  await clock.advance(3);
  await first;
  const second = engine.chat(request(), scope);
  await clock.advance(1);
  await second;
  assert.deepEqual(
    sender.sent.map(({ target }) => target.structured),
    ['json_schema', 'json_object', 'text', 'text'],
  );
});

test('a schema that is refused is asked for in a simpler way, and no other schema is', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { structured: 'auto' })],
    script: ({ request: { responseSchema }, target }) => ({
      afterMs: 1,
      result:
        responseSchema.name === 'odd' && target.structured === 'json_schema'
          ? failure('schema_rejected', { status: 400 })
          : ok(),
    }),
  });
  for (const name of ['odd', 'topic', 'odd', 'topic']) {
    const call = engine.chat(request({ responseSchema: { name, schema: { type: 'object' } } }), scope);
    await clock.advance(2);
    await call;
  }
  assert.deepEqual(
    sender.sent.map(({ request: { responseSchema }, target }) => [responseSchema.name, target.structured]),
    [
      ['odd', 'json_schema'],
      ['odd', 'json_object'],
      ['topic', 'json_schema'],
      ['odd', 'json_object'],
      ['topic', 'json_schema'],
    ],
  );
});

test('a mode that is refused without a word is given up once a simpler one is answered, and one that was answered is not', async () => {
  let refuses: readonly string[] = ['json_schema'];
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east', { structured: 'auto' })],
    script: ({ target }) => ({
      afterMs: 1,
      result: refuses.includes(target.structured) ? failure('unexplained', { status: 400 }) : ok(),
    }),
  });
  const ask = async (name: string) => {
    const from = sender.sent.length;
    const call = kindOf(engine.chat(request({ responseSchema: { name, schema: {} } }), scope));
    await clock.advance(4);
    return [await call, ...sender.sent.slice(from).map(({ target }) => target.structured)];
  };
  assert.deepEqual(await ask('old'), ['ok', 'json_schema', 'json_object']);
  assert.deepEqual(await ask('old'), ['ok', 'json_object']);
  refuses = ['json_schema', 'json_object', 'text'];
  assert.deepEqual(await ask('bad'), ['request_rejected', 'json_schema', 'json_object', 'text']);
  refuses = [];
  assert.deepEqual(await ask('bad'), ['ok', 'json_schema']);
  refuses = ['json_schema'];
  assert.deepEqual(await ask('bad'), ['request_rejected', 'json_schema']);
});

test('a request that is wrong in itself fails at once with its kind, and the endpoint stays up', async () => {
  for (const kind of ['context_length', 'content_filter', 'request_rejected'] as const) {
    const { engine, sender, clock, scope } = rig({
      endpoints: [endpoint('east')],
      script: () => ({ afterMs: 0, result: failure(kind, { status: 400 }) }),
    });
    const call = kindOf(engine.chat(request(), scope));
    await clock.advance(0);
    assert.equal(await call, kind);
    assert.equal(sender.sent.length, 1);
    assert.equal(engine.view()[0]?.state, 'up');
  }
});

test('after ten failed attempts a call gives up and says why, within two minutes', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: () => ({
      afterMs: 0,
      result: failure('server_error', { status: 500, reason: 'answered HTTP 500' }),
    }),
  });
  const call = assert.rejects(engine.chat(request(), scope), {
    kind: 'attempts_exhausted',
    attempts: 10,
    endpoint: 'east',
    message: 'Gave up after 10 attempts; the last: endpoint "east" answered HTTP 500.',
  });
  await clock.advance(120_000);
  await call;
  assert.equal(sender.sent.length, 10);
});

test('an endpoint that keeps failing is ejected and its calls go to another', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('dead'), endpoint('well')],
    random: seededRandom(1),
    script: ({ endpoint: name }) => ({
      afterMs: 10,
      result: name === 'dead' ? failure('connection') : ok(),
    }),
  });
  const toDead = () => sender.sent.filter((sent) => sent.endpoint === 'dead').length;
  for (let i = 0; i < 100; i++) {
    const call = engine.chat(request(), scope);
    await clock.advance(1000);
    assert.equal((await call).endpoint, 'well');
  }
  assert.equal(engine.view().find((one) => one.endpoint === 'dead')?.state, 'ejected');
  assert.ok(toDead() >= 5 && toDead() <= 7, `${toDead()} calls to the dead endpoint`);
});

test('the only endpoint is never ejected', async () => {
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: () => ({ afterMs: 10, result: failure('connection') }),
  });
  const calls = Array.from({ length: 20 }, () => kindOf(engine.chat(request(), scope)));
  await clock.advance(500);
  assert.equal(engine.view()[0]?.state, 'up');
  scope.end(new SemtelError('cancelled', 'Enough.'));
  assert.deepEqual([...new Set(await Promise.all(calls))], ['cancelled']);
  assert.equal(clock.pending, 0);
});

test('an attempt that hangs ends at its timeout and is made again', async () => {
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east')],
    attemptMaxMs: 3000,
    script: (_, count) => (count === 1 ? undefined : { afterMs: 1, result: ok() }),
  });
  const reply = engine.chat(request(), scope);
  await clock.advance(3000 + 500 + 1);
  assert.equal((await reply).attempts, 2);
});

test('the timeout follows the latency once it is known', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('east')],
    script: (_, count) => (count === 21 ? undefined : { afterMs: 200, result: ok() }),
  });
  for (let i = 0; i < 20; i++) {
    const call = engine.chat(request(), scope);
    await clock.advance(200);
    await call;
  }
  await clock.advance(1000);
  const hanging = engine.chat(request(), scope);
  await clock.advance(5000 + 500 + 200);
  assert.equal((await hanging).attempts, 2);
  assert.equal(sender.sent.length, 22);
});

test('an attempt that began when nothing was known ends by what the siblings of its endpoint took since', async () => {
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('hangs', { maxConcurrency: 1 }), endpoint('well', { priority: 1 })],
    script: ({ endpoint: name }) => (name === 'hangs' ? undefined : { afterMs: 200, result: ok() }),
  });
  const calls = Array.from({ length: 4 }, () => engine.chat(request(), scope));
  await clock.advance(5000 + 500 + 200);
  assert.deepEqual((await Promise.all(calls)).map(({ attempts }) => attempts).sort(), [1, 1, 1, 2]);
  assert.equal(sender.open.size, 0);
});

test('a slow endpoint that nothing is known of is never cut short: 20 calls at 4 slots of 10 s', async () => {
  let busyUntil = [0, 0, 0, 0];
  const { engine, sender, clock, scope } = rig({
    endpoints: [endpoint('slow')],
    script: ({ atMs }) => {
      busyUntil = busyUntil.sort((a, b) => a - b);
      busyUntil[0] = Math.max(busyUntil[0]!, atMs) + 10_000;
      return { afterMs: busyUntil[0] - atMs, result: ok() };
    },
  });
  const calls = Array.from({ length: 20 }, () => engine.chat(request(), scope));
  await clock.advance(60_000);
  await Promise.all(calls);
  assert.equal(sender.sent.length, 20);
});

test('a deadline ends waiting, sending and backing off, and no attempt follows it', async () => {
  const { engine, sender, clock } = rig({
    endpoints: [endpoint('east', { maxConcurrency: 1 })],
    script: (_, count) => (count === 1 ? undefined : { afterMs: 1, result: failure('server_error') }),
  });
  const within = (ms: number) => openScope(clock, { deadlineMs: clock.now() + ms });
  const sending = kindOf(engine.chat(request(), within(100)));
  const waiting = kindOf(engine.chat(request(), within(50)));
  await clock.advance(100);
  assert.deepEqual([await sending, await waiting], ['deadline', 'deadline']);
  const backingOff = kindOf(engine.chat(request(), within(20)));
  await clock.advance(20);
  assert.equal(await backingOff, 'deadline');
  await clock.advance(60_000);
  assert.equal(sender.sent.length, 2);
  assert.equal(clock.pending, 0);
});

test('a call whose deadline has passed is not sent', async () => {
  const { engine, sender, clock } = rig({ endpoints: [endpoint('east')] });
  const scope = openScope(clock, { deadlineMs: 0 });
  assert.equal(await kindOf(engine.chat(request(), scope)), 'deadline');
  assert.equal(sender.sent.length, 0);
});

test('lower priority numbers go first, the next when they are full', async () => {
  const { engine, sender, scope } = rig({
    endpoints: [
      endpoint('dear', { priority: 1, rpm: 1e6 }),
      endpoint('cheap', { maxConcurrency: 3, rpm: 1e6 }),
    ],
  });
  const calls = Array.from({ length: 5 }, () => engine.chat(request(), scope));
  await settled();
  assert.deepEqual(
    sender.sent.map((sent) => sent.endpoint),
    ['cheap', 'cheap', 'cheap', 'dear', 'dear'],
  );
  for (const sent of [...sender.open]) sent.answer(ok());
  await Promise.all(calls);
});

test('a model that is not configured is named with the nearest one', async () => {
  const { engine, scope } = rig({ endpoints: [endpoint('east')] });
  await assert.rejects(engine.chat(request({ model: 'defualt' }), scope), {
    kind: 'unknown_model',
    message: 'No model "defualt" is configured; did you mean "default"?',
  });
});

test('closing ends what waits and what is under way, and refuses what comes later', async () => {
  const { engine, sender, clock, scope } = rig({ endpoints: [endpoint('east', { maxConcurrency: 1 })] });
  const calls = [1, 2].map(() => kindOf(engine.chat(request(), scope)));
  await settled();
  await engine.close();
  assert.deepEqual(await Promise.all(calls), ['cancelled', 'cancelled']);
  assert.equal(await kindOf(engine.chat(request(), scope)), 'cancelled');
  assert.equal(sender.sent.length, 1);
  assert.equal(sender.open.size, 0);
  assert.equal(clock.pending, 0);
});

test('a sender that throws is a failed attempt, not a lost permit', async () => {
  let thrown = 0;
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east', { maxConcurrency: 1 })],
    script: () => {
      if (thrown++ === 0) throw new Error('secret');
      return { afterMs: 1, result: ok() };
    },
  });
  const reply = engine.chat(request(), scope);
  await clock.advance(1000);
  assert.equal((await reply).attempts, 2);
  assert.equal(engine.view()[0]?.inflight, 0);
});

test('a probe asks each endpoint once, tells the limits seen, and says what to do about those that fail', async () => {
  const limits = { requests: { limit: 600, remaining: 599 }, tokens: { limit: null, remaining: 19_913 } };
  const refusals = new Map([
    ['west', failure('rejected', { status: 404, reason: 'answered HTTP 404' })],
    ['spent', failure('rejected', { status: 429, reason: 'answered HTTP 429 (insufficient_quota)' })],
  ]);
  const { engine, clock, scope } = rig({
    endpoints: [endpoint('east', { structured: 'auto' }), endpoint('west'), endpoint('spent')],
    script: ({ endpoint: name, target }) => ({
      afterMs: 100,
      result:
        refusals.get(name) ??
        (target.structured === 'json_schema' ? failure('format_rejected') : { ...ok(), rates: limits }),
    }),
  });
  const probing = engine.probe(scope);
  await clock.advance(200);
  const [east, west, spent] = await probing;
  assert.deepEqual(
    [east?.ok, east?.structured, east?.latencyMs, east?.detail],
    [true, 'json_object', 100, 'answers as model m-2026'],
  );
  assert.deepEqual(east?.quota, { requests: 600, tokens: null });
  assert.equal(west?.detail, 'answered HTTP 404; check api_key, base_url and model of this endpoint');
  assert.equal(
    spent?.detail,
    'answered HTTP 429 (insufficient_quota); check the plan and the credit of this account',
  );
});
