import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classify, fromArrow, SemtelError, toArrow } from '../../src/api/index.ts';
import { withEndpoint } from './program.ts';

const topics = ['Health', 'Travel', 'Food'];

/** So many rows, one by one, each marked with its label. */
async function* marked(count: number) {
  for (let row = 0; row < count; row++)
    yield { key: row, conversation: `Question ${row} [[topic=${topics[row % 3]}]]` };
}

const rejectsAs = (kind: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof SemtelError);
  assert.equal(error.kind, kind);
  assert.match(error.message, words);
  return true;
};

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);

describe('classify', () => {
  it('gives every row back in order with its answers, and counts them', async () => {
    await withEndpoint({ latency_ms: 2, latency_sigma: 1 }, async (options) => {
      const labels = classify(marked(700), ['topic'], options);
      let next = 0;
      for await (const { key, conversation, topic } of labels) {
        assert.equal(key, next);
        assert.ok(conversation.includes(`[[topic=${topic.label}]]`));
        next++;
      }
      assert.equal(next, 700);
      const { rows, questions, ok, calls } = labels.ledger;
      assert.deepEqual({ rows, questions, ok, calls }, { rows: 700, questions: 700, ok: 700, calls: 700 });
    });
  });

  it('takes messages, text and null, and tells why a row has no label', async () => {
    await withEndpoint({}, async (options) => {
      const rows = [
        { conversation: [{ role: 'human', content: '[[topic=Food]]' }] },
        { conversation: null },
        { conversation: '[[topic=Travel]]' },
      ];
      const labelled = await all(classify(rows, ['topic'], options));
      assert.deepEqual(
        labelled.map(({ topic: { label, status, error_code } }) => [label, status, error_code]),
        [
          ['Food', 'ok', null],
          [null, 'skipped', 'null'],
          ['Travel', 'ok', null],
        ],
      );
      assert.deepEqual(await all(classify([], ['topic'], options)), []);
    });
  });

  it('answers an Arrow stream with Arrow streams: id, columns passed through, answers', async () => {
    await withEndpoint({}, async (options) => {
      const rows = (await all(marked(300))).map(({ key, ...row }) => ({ id: key, ...row }));
      const asked = { ...options, id: 'id', passthrough: ['conversation'] };
      const parts = await all(classify(toArrow(rows).ipc, ['topic'], asked));
      assert.equal(parts.length, 2);
      const answers = parts.flatMap(fromArrow);
      assert.deepEqual(Object.keys(answers[0]!), ['id', 'conversation', 'topic']);
      assert.deepEqual(
        answers.map(({ id, conversation }) => ({ id: Number(id), conversation })),
        rows,
      );
      assert.equal((answers[299]!.topic as { label: string }).label, topics[299 % 3]);
    });
  });

  it('reads rows no further ahead than it asks, and ends what it asks when it is left', async () => {
    await withEndpoint({}, async (options) => {
      let read = 0;
      let closed = false;
      const endless = async function* () {
        try {
          for (; ; read++) yield { conversation: `${read} [[topic=Food]]` };
        } finally {
          closed = true;
        }
      };
      for await (const { topic } of classify(endless(), ['topic'], options)) {
        assert.equal(topic.label, 'Food');
        break;
      }
      assert.ok(closed);
      assert.ok(read <= 12 * 256, `${read} rows were read`);
    });
  });

  it('answers a slow source row by row where it is told to', async () => {
    await withEndpoint({}, async (options) => {
      const answered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const source = async function* () {
        for (const [row, { promise }] of answered.entries()) {
          yield { row, conversation: '[[topic=Food]]' };
          // The next row comes when this one has its label.
          await promise;
        }
      };
      const labels = classify(source(), ['topic'], { ...options, batchRows: 1 });
      for await (const { row } of labels) answered[row]!.resolve();
      assert.equal(labels.ledger.ok, 2);
    });
  });

  it('ends as cancelled when its signal is aborted', async () => {
    await withEndpoint({ faults: { hang: 1 } }, async (options) => {
      const signal = AbortSignal.timeout(50);
      await assert.rejects(
        all(classify(marked(1), ['topic'], { ...options, signal })),
        rejectsAs('cancelled', /The signal was aborted/),
      );
    });
  });

  it('says what is wrong before anything is sent', async () => {
    await withEndpoint({}, async (options, simulator) => {
      const refused = async (labels: AsyncIterable<unknown>, kind: string, words: RegExp) =>
        assert.rejects(all(labels), rejectsAs(kind, words));
      await refused(classify(marked(1), ['topics'], options), 'unknown_classifier', /did you mean "topic"\?/);
      await refused(classify(marked(1), ['./no.prompty'], options), 'prompt', /no\.prompty/);
      const mistyped = { ...options, modle: 'x' };
      await refused(classify(marked(1), ['topic'], mistyped), 'bad_option', /"modle".* "model"\?/);
      const none = { ...options, batchRows: 0 };
      await refused(classify(marked(1), ['topic'], none), 'bad_option', /"batchRows": must be a whole/);
      const taken = [{ conversation: 'x', topic: 1 }];
      await refused(classify(taken, ['topic'], options), 'bad_option', /have a "topic" already/);
      await refused(classify(marked(1), 'topic' as never, options), 'bad_option', /a list of classifiers/);
      for (const nothing of [null, undefined, 7, 'text', {}, Promise.resolve([])])
        await refused(classify(nothing as never, ['topic'], options), 'input', /^classify labels an array/);
      const holed = [{ conversation: 'x' }, null as never];
      await refused(classify(holed, ['topic'], options), 'input', /^row 1 is no object/);
      assert.throws(() => toArrow(holed), rejectsAs('input', /^row 1 is no object/));
      const text = [{ conversation: 'x' }, { conversation: 7 as never }];
      await refused(classify(text, ['topic'], options), 'input', /^row 1: "conversation" must be text/);
      const config = { models: { default: { endpoints: [{ base_url: 'x', rmp: 1 }] } }, wokers: 1 };
      await refused(
        classify(marked(1), ['topic'], { ...options, config: config as object as never }),
        'config',
        /settings: .*base_url must be an http[\s\S]*"rmp"; did you mean "rpm"\?[\s\S]*"wokers"/,
      );
      assert.equal(simulator.stats().endpoints['']?.requests ?? 0, 0);
    });
  });
});
