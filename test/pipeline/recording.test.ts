import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Engine, Sent } from '../../src/llm/call.ts';
import { classifyBatch } from '../../src/pipeline/recipe.ts';
import type { LabelRecord } from '../../src/store/record.ts';
import { fakeClock } from '../fakeClock.ts';
import {
  answersOf,
  echoClassifier,
  fakeEngine,
  fakeJob,
  type Mood,
  openScope,
  partsWith,
  requestFor,
  runToEnd,
} from './parts.ts';

/** The engine, telling of each call as of one HTTP request. */
function telling(engine: Engine): Engine {
  const chat: Engine['chat'] = async (request, scope) => {
    const tell = (outcome: Sent['outcome'], reply: Sent['reply']) =>
      request.onSent?.({
        endpoint: 'east',
        body: { messages: request.messages() },
        latencyMs: 5,
        outcome,
        reason: reply === null ? 'refused it' : null,
        reply,
      });
    try {
      const reply = await engine.chat(request, scope);
      tell('ok', reply);
      return reply;
    } catch (error) {
      tell('request_rejected', null);
      throw error;
    }
  };
  return { ...engine, chat };
}

/** Labels these texts by two classifiers; gives the records that were kept, with the keys they were kept under. */
async function recordsOf(texts: readonly string[], moods: readonly Mood[], combine: boolean) {
  const clock = fakeClock();
  const classifiers = ['topic', 'mood'].map((name) => echoClassifier(name, true));
  const engine = fakeEngine(
    clock,
    (n) => moods[n % moods.length]!,
    () => 1,
  );
  const kept: (readonly [key: string, record: LabelRecord])[] = [];
  const parts = {
    ...partsWith(telling(engine), clock, classifiers),
    records: {
      now: () => 1_000_005,
      keep: (key: string, record: LabelRecord) => void kept.push([key, record]),
      close: async () => {},
    },
  };
  const scope = openScope(clock);
  const request = requestFor(texts, classifiers, fakeJob('nightly'), { combine });
  const result = await runToEnd(classifyBatch(request, parts, { exchange: scope, rows: scope }), clock);
  return { kept, result, answers: answersOf(result.ipc).flat() };
}

test('what a combined request was rejected for is recorded with each of its questions, then each alone', async () => {
  const { kept } = await recordsOf(['a'], ['rejected', 'right', 'right'], true);
  assert.deepEqual(
    kept.map(([key]) => key.split('/').at(-1)),
    ['a', 'a'],
  );
  for (const [index, name] of ['topic', 'mood'].entries()) {
    const { calls, requests, job_id, classifier, ...record } = kept[index]![1];
    assert.deepEqual([job_id, classifier, requests.length], ['nightly', name, 2]);
    assert.deepEqual(
      calls.map(({ classifiers, request, outcome, sent_at }) => [classifiers, request, outcome, sent_at]),
      [
        [['topic', 'mood'], 0, 'request_rejected', '1970-01-01T00:16:40.000Z'],
        [[name], 1, 'ok', '1970-01-01T00:16:40.000Z'],
      ],
    );
    assert.deepEqual(record.outputs, { label: `${name}:a` });
  }
});

test('property: each question that is asked has one record, and their bills add up to the ledger', async () => {
  const moods: readonly Mood[] = ['right', 'unreadable', 'cut', 'refused', 'rejected'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }),
      fc.array(fc.constantFrom(...moods), { minLength: 1, maxLength: 7 }),
      async (texts, moodList) => {
        const { kept, result, answers } = await recordsOf(texts, moodList, false);
        assert.equal(new Set(kept.map(([key]) => key)).size, kept.length);
        assert.equal(kept.length, 2 * new Set(texts).size);
        const sum = (of: (record: LabelRecord) => number) =>
          kept.reduce((total, [, record]) => total + of(record), 0);
        assert.equal(
          sum((record) => record.prompt_tokens),
          result.ledger.prompt_tokens,
        );
        assert.equal(
          sum((record) => record.completion_tokens),
          result.ledger.completion_tokens,
        );
        const statuses = new Set(answers.map(({ status }) => status));
        for (const [, { calls, classifier, status }] of kept) {
          assert(statuses.has(status as never) && calls.length > 0);
          assert(calls.every(({ classifiers }) => classifiers.includes(classifier)));
        }
      },
    ),
    { numRuns: 200 },
  );
});
