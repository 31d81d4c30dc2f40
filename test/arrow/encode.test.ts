import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Int32, tableFromIPC, Utf8 } from 'apache-arrow';
import fc from 'fast-check';
import { decodeBatch } from '../../src/arrow/decode.ts';
import { encodeAnswers, encodeSchema } from '../../src/arrow/encode.ts';
import { type Answer, type OutputField, type OutputValue, statuses } from '../../src/base/answer.ts';
import { joinStream, readFrames, schemaHeader, splitStream } from '../../src/base/ipcFrames.ts';
import { anyRows, noNames, stream, textTypes } from './arrowInput.ts';

const outputs: readonly OutputField[] = [
  { name: 'label', kind: 'string' },
  { name: 'count', kind: 'integer' },
  { name: 'score', kind: 'float' },
  { name: 'sure', kind: 'boolean' },
  { name: 'tags', kind: 'array', items: { name: 'tag', kind: 'string' } },
  {
    name: 'detail',
    kind: 'object',
    properties: [
      { name: 'reason', kind: 'string' },
      { name: 'steps', kind: 'array', items: { name: 'step', kind: 'integer' } },
    ],
  },
];

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const count = fc.nat(2 ** 31 - 1);
const plain = { noNullPrototype: true };
const outputValues = fc.record(
  {
    label: fc.option(text),
    count: fc.option(fc.maxSafeInteger().map((number) => (number === 0 ? 0 : number))),
    score: fc.option(fc.double({ noNaN: true })),
    sure: fc.option(fc.boolean()),
    tags: fc.option(fc.array(fc.option(text), { maxLength: 3 })),
    detail: fc.option(
      fc.record(
        { reason: fc.option(text), steps: fc.option(fc.array(fc.integer(), { maxLength: 3 })) },
        plain,
      ),
    ),
  },
  plain,
);
const answer = fc.record(
  {
    status: fc.constantFrom(...statuses),
    errorCode: fc.option(fc.constant('deadline' as const)),
    errorMessage: fc.option(text),
    outputs: fc.option(outputValues),
    source: fc.constantFrom('llm', 'store', 'none'),
    repair: fc.option(text),
    model: fc.option(text),
    endpoint: fc.option(text),
    promptTokens: count,
    cachedTokens: count,
    completionTokens: count,
    attempts: count,
    latencyMs: count,
    callQuestions: count,
  },
  plain,
) as fc.Arbitrary<Answer>;

function carriedOf(rows: number): Uint8Array {
  const ids = Array.from({ length: rows }, (_, row) => (row % 3 === 2 ? null : `id ${row}`));
  const ipc = stream({
    id: { type: textTypes.dictionary!(), values: ids },
    conversation: { type: new Utf8(), values: ids },
  });
  return decodeBatch(ipc, { ...noNames, id: 'id' }, anyRows).carried;
}

/** What the contract says a row of the column holds. */
function expected({ outputs: values, ...row }: Answer, promptDigest: string): Record<string, OutputValue> {
  return {
    ...Object.fromEntries(outputs.map(({ name }) => [name, values?.[name] ?? null])),
    status: row.status,
    error_code: row.errorCode,
    error_message: row.errorMessage,
    source: row.source,
    repair: row.repair,
    model: row.model,
    endpoint: row.endpoint,
    prompt_digest: promptDigest,
    prompt_tokens: row.promptTokens,
    completion_tokens: row.completionTokens,
    attempts: row.attempts,
    latency_ms: row.latencyMs,
    call_questions: row.callQuestions,
  };
}

/** Values as this project means them, read by the library. */
function readBack(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  const items = [...(value as Iterable<unknown>)];
  if ('toArray' in value && 'get' in value) return items.map(readBack);
  return Object.fromEntries((items as [string, unknown][]).map(([name, item]) => [name, readBack(item)]));
}

const empty: Answer = {
  status: 'skipped',
  errorCode: 'null',
  errorMessage: null,
  outputs: null,
  source: 'none',
  repair: null,
  model: null,
  endpoint: null,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  attempts: 0,
  latencyMs: 0,
  callQuestions: 0,
};

suite('encode', () => {
  test('what is written reads back: carried columns, then one struct for each classifier, in order', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 12 }), (answers) => {
        const columns = ['topic', 'expertise'].map((name) => ({
          name,
          promptDigest: `${name}1`,
          outputs,
          answers,
        }));
        const ipc = encodeAnswers(carriedOf(answers.length), answers.length, columns);
        splitStream(ipc);
        const table = tableFromIPC(ipc);
        assert.deepEqual(table.schema.names, ['id', 'topic', 'expertise']);
        for (const { name, promptDigest } of columns)
          assert.deepEqual(
            [...table.getChild(name)!].map(readBack),
            answers.map((row) => expected(row, promptDigest)),
          );
      }),
      { numRuns: 100 },
    );
  });

  test('no rows and no carried column still make one record batch with its number of rows', () => {
    const ipc = stream({ conversation: { type: new Utf8(), values: ['a', 'b'] } });
    const { carried } = decodeBatch(ipc, noNames, anyRows);
    for (const [bytes, rows] of [
      [carried, 2],
      [carriedOf(0), 0],
    ] as const) {
      splitStream(bytes);
      const result = encodeAnswers(bytes, rows, []);
      splitStream(result);
      assert.equal(tableFromIPC(result).batches[0]?.numRows ?? 0, rows);
    }
  });

  test('lone surrogates become U+FFFD and do not join across rows', () => {
    const halves = '\ud83d\ude00'.split('');
    const answers = halves.map((half) => ({ ...empty, model: half }));
    const ipc = encodeAnswers(carriedOf(2), 2, [{ name: 'topic', promptDigest: '', outputs: [], answers }]);
    const models = [...tableFromIPC(ipc).getChild('topic')!].map((row) => row.model);
    assert.deepEqual(models, ['\ufffd', '\ufffd']);
  });

  test('the schema promised is the schema written, and every field is nullable', () => {
    const input = stream({
      n: { type: new Int32(), values: [1] },
      view: { type: textTypes.utf8_view!(), values: ['x'] },
      conversation: { type: textTypes.dictionary!(), values: ['x'] },
    });
    const names = { conversation: '', id: 'view', passthrough: ['n', 'conversation'] };
    const { carried } = decodeBatch(input, names, anyRows);
    const result = encodeAnswers(carried, 1, [
      { name: 'topic', promptDigest: '0123456789ab', outputs, answers: [empty] },
    ]);
    const promised = encodeSchema(input, names, [{ name: 'topic', promptDigest: '0123456789ab', outputs }]);
    assert.deepEqual(schemaHeader(promised), schemaHeader(result));
    const { schema } = tableFromIPC(result);
    assert.equal(schema.fields.at(-1)!.metadata.get('semtel.prompt_digest'), '0123456789ab');
    assert.ok(schema.fields.every((field) => field.nullable));
    assert.ok(schema.fields.at(-1)!.type.children.every((field: { nullable: boolean }) => field.nullable));
    assert.equal(
      String(schema.fields.at(-1)!.type.children.slice(0, 6).map(String)),
      'label: Utf8,count: Int64,score: Float64,sure: Bool,tags: List<Utf8>,' +
        'detail: Struct<{reason:Utf8, steps:List<Int64>}>',
    );
  });

  test('too few answers for the rows are an internal error, never a shorter column', () => {
    const columns = [{ name: 'topic', promptDigest: '', outputs, answers: [empty] }];
    assert.throws(() => encodeAnswers(carriedOf(2), 2, columns), { kind: 'internal' });
  });
});

suite('frames', () => {
  test('a stream taken apart and joined again holds the same messages', () => {
    const ipc = encodeAnswers(carriedOf(5), 5, []);
    const { schema, batch } = splitStream(ipc);
    assert.deepEqual(joinStream(schema.header, [], batch.header, batch.body), ipc);
  });

  test('headers of any length are padded to 8 bytes', () => {
    const ipc = encodeAnswers(carriedOf(5), 5, []);
    const { schema, batch } = splitStream(ipc);
    const longer = Uint8Array.from([...schema.header, 0, 0, 0]);
    const joined = joinStream(longer, [], batch.header, batch.body);
    assert.equal(joined.length, ipc.length + 8);
    assert.deepEqual([...readFrames(joined)][1], batch);
  });
});
