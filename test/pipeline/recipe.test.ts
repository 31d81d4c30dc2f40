import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { imbalance } from '../../src/base/ledger.ts';
import { openScope } from '../../src/base/scope.ts';
import { classifyBatch } from '../../src/pipeline/recipe.ts';
import { fakeClock } from '../fakeClock.ts';
import {
  answersOf,
  cancelled,
  echoClassifier,
  fakeEngine,
  fakeJob,
  type Mood,
  partsWith,
  requestFor,
  runToEnd,
} from './parts.ts';

const moods: readonly Mood[] = ['right', 'unreadable', 'cut', 'refused', 'exhausted', 'rejected', 'hang'];
const aText = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { nil: null, freq: 6 });
const rowMs = 1_000;

test('rows in = rows out, in order, ledger balanced, for any completion order, failure pattern and moment of cancel', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aText, { maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.constantFrom(...moods), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 20 }),
      fc.option(fc.integer({ min: 0, max: 1_200 })),
      fc.boolean(),
      fc.boolean(),
      async (texts, width, moodList, delays, cancelAt, refresh, answersStored) => {
        const clock = fakeClock();
        const classifiers = ['topic', 'mood', 'size'].slice(0, width).map((name) => echoClassifier(name));
        const engine = fakeEngine(
          clock,
          (n) => moodList[n % moodList.length]!,
          (n) => delays[n % delays.length]!,
        );
        const parts = partsWith(engine, clock, classifiers);
        const exchange = openScope(clock);
        const rows = openScope(clock, { parent: exchange, deadlineMs: rowMs });
        if (cancelAt !== null) clock.after(cancelAt, () => rows.end(cancelled()));
        const job = fakeJob('job', answersStored);
        const request = requestFor(texts, classifiers, job, { refresh });
        const result = await runToEnd(classifyBatch(request, parts, { exchange, rows }), clock);

        assert.equal(result.rowCount, texts.length);
        assert.equal(imbalance(result.ledger), 0);
        assert.equal(result.ledger.rows, texts.length);
        assert.equal(result.ledger.questions, texts.length * width);
        assert.deepEqual(job.ledgers, [result.ledger]);
        const columns = answersOf(result.ipc);
        assert.equal(columns.length, width);
        columns.forEach((answers, index) => {
          assert.equal(answers.length, texts.length);
          answers.forEach((answer, row) => {
            const text = texts[row];
            const right = { label: `${classifiers[index]!.name}:${text}` };
            assert.equal(answer.status === 'skipped', text === null);
            assert.deepEqual(answer.outputs, answer.status === 'ok' ? right : null);
            assert.equal(answer.errorCode === null, answer.status === 'ok');
          });
        });
        assert.equal(parts.flights.size, 0, 'no flight is left in the air');
        assert.ok(clock.now() <= rowMs, 'the batch is answered by the end of its rows');
      },
    ),
    { numRuns: 300 },
  );
});

test('the same question is asked once, over all batches and jobs in flight, and then not at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 9 }),
      async (batches, delays) => {
        const clock = fakeClock();
        const classifiers = [echoClassifier('topic'), echoClassifier('mood')];
        const engine = fakeEngine(
          clock,
          () => 'right',
          (n) => delays[n % delays.length]!,
        );
        const parts = partsWith(engine, clock, classifiers);
        const scope = openScope(clock);
        const run = (texts: readonly string[], id: number) =>
          classifyBatch(requestFor(texts, classifiers, fakeJob(`job${id}`)), parts, {
            exchange: scope,
            rows: scope,
          });
        const results = await runToEnd(Promise.all(batches.map(run)), clock);
        const distinct = new Set(batches.flat()).size * classifiers.length;
        assert.equal(engine.requests.length, distinct);
        const sum = (name: 'calls' | 'ok' | 'shared' | 'prompt_tokens') =>
          results.reduce((total, { ledger }) => total + ledger[name], 0);
        assert.equal(sum('calls'), distinct);
        assert.equal(sum('prompt_tokens'), distinct * 100);
        assert.equal(sum('shared'), sum('ok') - distinct);

        const again = await runToEnd(Promise.all(batches.map(run)), clock);
        assert.equal(engine.requests.length, distinct);
        for (const { ledger } of again) assert.equal(ledger.stored, ledger.questions);
      },
    ),
    { numRuns: 100 },
  );
});

test('a call goes on while another row waits for it, and is aborted when none does', async () => {
  const clock = fakeClock();
  const topic = echoClassifier('topic');
  const engine = fakeEngine(
    clock,
    () => 'right',
    () => 100,
  );
  const parts = partsWith(engine, clock, [topic]);
  const first = openScope(clock);
  const second = openScope(clock);
  const exchange = openScope(clock);
  const one = classifyBatch(requestFor(['a'], [topic], fakeJob('one')), parts, { exchange, rows: first });
  const two = classifyBatch(requestFor(['a'], [topic], fakeJob('two')), parts, { exchange, rows: second });
  await clock.advance(10);
  first.end(cancelled());
  assert.equal((await one).ledger.cancelled, 1);
  assert.equal(engine.aborted(), 0);
  const { ledger } = await runToEnd(two, clock);
  // The one who is left pays.
  assert.deepEqual([ledger.ok, ledger.shared, ledger.calls], [1, 0, 1]);

  const third = openScope(clock);
  const three = classifyBatch(requestFor(['b'], [topic], fakeJob('three')), parts, { exchange, rows: third });
  await clock.advance(10);
  third.end(cancelled());
  await three;
  assert.equal(engine.aborted(), 1);
});

test('an unreadable reply is asked once more, naming the fault; both bills are counted', async () => {
  const clock = fakeClock();
  const topic = echoClassifier('topic');
  const engine = fakeEngine(
    clock,
    (n) => (n === 0 ? 'unreadable' : 'right'),
    () => 1,
  );
  const parts = partsWith(engine, clock, [topic]);
  const scope = openScope(clock);
  const work = classifyBatch(requestFor(['a'], [topic], fakeJob()), parts, { exchange: scope, rows: scope });
  const { ledger } = await runToEnd(work, clock);
  assert.deepEqual([ledger.ok, ledger.calls, ledger.prompt_tokens], [1, 2, 200]);
  assert.equal(ledger.cached_tokens, 80);
  const again = engine.requests[1]!.messages();
  assert.equal(again.length, 4);
  assert.match(again[3]!.content, /No JSON\./);
});

test('a reply cut at its length is asked once more, the same with double the room, and then given up', async () => {
  for (const moods of [['cut', 'right'], ['cut']] as const) {
    const clock = fakeClock();
    const classifiers = [echoClassifier('topic')];
    const engine = fakeEngine(
      clock,
      (n) => moods[n % moods.length]!,
      () => 1,
    );
    const exchange = openScope(clock);
    const parts = partsWith(engine, clock, classifiers);
    const request = requestFor(['a'], classifiers, fakeJob());
    const result = await runToEnd(classifyBatch(request, parts, { exchange, rows: exchange }), clock);
    const answer = answersOf(result.ipc)[0]![0]!;
    assert.deepEqual(
      [answer.status, answer.errorCode, answer.attempts],
      moods.length === 2 ? ['ok', null, 2] : ['invalid', 'truncated_reply', 2],
    );
    assert.equal(result.ledger.calls, 2);
    const [first, second] = engine.requests;
    assert.equal(second!.maxOutputTokens, 2 * first!.maxOutputTokens);
    assert.deepEqual(second!.messages(), first!.messages());
  }
});

test('a spent budget ends the remaining rows, but not those of a job that can pay', async () => {
  const clock = fakeClock();
  const topic = echoClassifier('topic');
  const engine = fakeEngine(
    clock,
    () => 'right',
    () => 1,
  );
  const parts = partsWith(engine, clock, [topic]);
  const scope = openScope(clock);
  const poor = fakeJob('poor');
  poor.budget.limit({ maxCost: 0, maxTokens: 1 });
  const run = (job: ReturnType<typeof fakeJob>) =>
    classifyBatch(requestFor(['a', 'b'], [topic], job), parts, { exchange: scope, rows: scope });
  const [broke, paid] = await runToEnd(Promise.all([run(poor), run(fakeJob('rich'))]), clock);
  assert.equal(broke.ledger.over_budget, 2);
  assert.equal(paid.ledger.ok, 2);
});

test('who cannot pay for the second ask carries the first; who joined asks for itself', async () => {
  const clock = fakeClock();
  const topic = echoClassifier('topic');
  const engine = fakeEngine(
    clock,
    (n) => (n === 0 ? 'unreadable' : 'right'),
    () => 10,
  );
  const parts = partsWith(engine, clock, [topic]);
  const scope = openScope(clock);
  const leaving = openScope(clock);
  for (const rows of [scope, leaving]) {
    engine.requests.length = 0;
    const poor = fakeJob('poor');
    poor.budget.limit({ maxCost: 0, maxTokens: 110 });
    const text = rows === scope ? 'stays' : 'leaves';
    const one = classifyBatch(requestFor([text], [topic], poor), parts, { exchange: scope, rows });
    const two = classifyBatch(requestFor([text], [topic], fakeJob('rich')), parts, {
      exchange: scope,
      rows: scope,
    });
    if (rows === leaving) clock.after(5, () => leaving.end(cancelled()));
    const [{ ledger: broke }, { ledger: paid }] = await runToEnd(Promise.all([one, two]), clock);
    assert.equal(engine.requests.length, 2);
    assert.deepEqual([paid.ok, broke.calls + paid.calls], [1, 2]);
    assert.equal(broke.prompt_tokens + paid.prompt_tokens, 200);
    assert.deepEqual([broke.over_budget, broke.cancelled], rows === scope ? [1, 0] : [0, 1]);
  }
});

test('the requests of a combined call that is ended are counted once', async () => {
  const clock = fakeClock();
  const classifiers = ['topic', 'mood'].map((name) => echoClassifier(name, true));
  const engine = fakeEngine(
    clock,
    () => 'hang',
    () => 1,
  );
  const chat: typeof engine.chat = (request, scope) => {
    for (const count of [1, 1, -1, 1] as const) request.onAttempt?.(count);
    return engine.chat(request, scope);
  };
  const parts = partsWith({ ...engine, chat }, clock, classifiers);
  const scope = openScope(clock);
  const request = requestFor(['a', 'b'], classifiers, fakeJob(), { combine: true });
  const work = classifyBatch(request, parts, { exchange: openScope(clock), rows: scope });
  clock.after(5, () => scope.end(cancelled()));
  const { ledger } = await runToEnd(work, clock);
  assert.deepEqual([ledger.cancelled, ledger.calls], [4, 4]);
});

test('a server that stops ends the exchange instead of inventing answers', async () => {
  const clock = fakeClock();
  const topic = echoClassifier('topic');
  const parts = partsWith(
    fakeEngine(
      clock,
      () => 'hang',
      () => 1,
    ),
    clock,
    [topic],
  );
  const scope = openScope(clock);
  const work = classifyBatch(requestFor(['a'], [topic], fakeJob()), parts, { exchange: scope, rows: scope });
  clock.after(5, () => scope.end(new SemtelError('draining', 'going down')));
  await assert.rejects(runToEnd(work, clock), { kind: 'draining' });
  assert.equal(parts.flights.size, 0);
});
