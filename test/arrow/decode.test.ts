import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Bool, Float64, Int, Int32, tableFromIPC, Utf8 } from 'apache-arrow';
import fc from 'fast-check';
import { nullMessages } from '../../scripts/chaos/mutations/built.ts';
import { decodeBatch } from '../../src/arrow/decode.ts';
import { readFrames, splitStream, writeFrames } from '../../src/base/ipcFrames.ts';
import { anyRows, decoded, fixture, listType, noNames, stream, textTypes } from './arrowInput.ts';

const word = fc.string({ unit: 'grapheme', maxLength: 30 });
const texts = fc.array(fc.option(word), { minLength: 1, maxLength: 40 });
const turn = fc.record({ role: word, content: fc.option(word) }, { noNullPrototype: true });
const chats = fc.array(fc.option(fc.array(turn, { maxLength: 4 })), { minLength: 1, maxLength: 20 });
const batches = fc.integer({ min: 1, max: 4 });

suite('decode: every layout gives the same conversations', () => {
  for (const [name, type] of Object.entries(textTypes))
    test(`strings as ${name}, in any number of record batches`, () => {
      fc.assert(
        fc.property(texts, batches, (values, count) => {
          assert.deepEqual(decoded(stream({ conversation: { type: type(), values } }, count)), values);
        }),
        { numRuns: 60 },
      );
    });

  for (const large of [false, true])
    test(`${large ? 'large ' : ''}lists of structs, members in any order, further ones ignored`, () => {
      fc.assert(
        fc.property(chats, batches, (values, count) => {
          const rows = values.map((turns) => turns?.map((item, further) => ({ ...item, further })) ?? null);
          assert.deepEqual(
            decoded(stream({ messages: { type: listType(large), values: rows } }, count)),
            values,
          );
        }),
        { numRuns: 60 },
      );
    });

  const text = '[{"role": "Human", "content": "Hi, çava?"}, {"role": "AI", "content": "Bien 😀"}]';
  const question = 'How do I bake bread without an oven?';
  const turns = [
    { role: 'Human', content: 'Hi, çava?' },
    { role: 'AI', content: 'Bien 😀' },
  ];
  for (const name of ['utf8', 'large_utf8', 'utf8_view', 'dictionary', 'batches'])
    test(`strings written by pyarrow: ${name}`, () => {
      assert.deepEqual(decoded(fixture(name)), [question, null, '', text]);
    });
  for (const name of ['list_reordered', 'large_list', 'polars', 'polars_zstd'])
    test(`messages written by pyarrow and Polars: ${name}`, () => {
      assert.deepEqual(decoded(fixture(name)), [[{ role: 'user', content: question }], null, [], turns]);
    });

  test('content in parts', () => {
    assert.deepEqual(decoded(fixture('parts')), [
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', text: null },
          ],
        },
        { role: 'assistant', content: null },
      ],
    ]);
  });

  for (const codec of ['zstd', 'lz4'])
    test(`compressed with ${codec}`, () => {
      assert.deepEqual(decoded(fixture(`conversations_${codec}`)), decoded(fixture('conversations')));
    });
});

suite('decode: carried columns', () => {
  const column = { type: new Utf8(), values: ['a', 'b', 'c'] };
  const carriedOf = (ipc: Uint8Array, names: object) =>
    decodeBatch(ipc, { ...noNames, ...names }, anyRows).carried;

  test('come back in plain types as one record batch, id first, the rest in the order asked', () => {
    for (const name of ['utf8', 'large_utf8', 'utf8_view', 'dictionary', 'batches']) {
      const carried = carriedOf(fixture(name), { id: 'id', passthrough: ['conversation'] });
      splitStream(carried);
      const table = tableFromIPC(carried);
      assert.deepEqual(table.schema.names, ['id', 'conversation']);
      assert.equal(String(table.schema.fields[0]!.type), name === 'large_utf8' ? 'LargeUtf8' : 'Utf8');
      assert.deepEqual([...table.getChild('id')!], ['a', 'b', 'c', 'd']);
    }
  });

  test('keep their values whatever their type, in any number of record batches', () => {
    const ipc = stream(
      {
        conversation: column,
        number: { type: new Float64(), values: [1.5, null, 3] },
        flag: { type: new Bool(), values: [true, null, false] },
        list: { type: listType(true), values: [[{ role: 'x', content: null, further: 1 }], null, []] },
        label: { type: textTypes.dictionary!(), values: ['x', null, 'x'] },
        view: { type: textTypes.utf8_view!(), values: ['longer than twelve bytes', 's', null] },
      },
      2,
    );
    const passthrough = ['view', 'number', 'flag', 'list', 'label'];
    const table = tableFromIPC(carriedOf(ipc, { passthrough }));
    const before = tableFromIPC(ipc);
    for (const name of passthrough)
      assert.equal(
        JSON.stringify([...table.getChild(name)!]),
        JSON.stringify([...before.getChild(name)!]),
        name,
      );
  });

  test('may be none: the number of rows is kept', () => {
    const carried = carriedOf(stream({ conversation: column }), {});
    assert.equal(decodeLength(carried), 3);
  });

  function decodeLength(carried: Uint8Array): number {
    const [batch] = tableFromIPC(carried).batches;
    return batch!.numRows;
  }
});

suite('decode: errors say what is there and what to do', () => {
  const ipc = stream({
    text: { type: new Utf8(), values: ['x'] },
    number: { type: new Int32(), values: [1] },
  });

  test('a missing conversation column', () => {
    assert.throws(() => decoded(ipc), {
      kind: 'missing_column',
      message:
        'The batch has no column "conversation" or "messages"; it has text, number. ' +
        'Of these, text could hold conversations: name one as the conversation column.',
    });
  });

  test('a missing id column', () => {
    assert.throws(() => decoded(ipc, { conversation: 'text', id: 'numer' }), {
      kind: 'missing_column',
      message: 'The batch has no column "numer"; it has text, number. Did you mean "number"?',
    });
  });

  test('a conversation column of another type', () => {
    assert.throws(() => decoded(ipc, { conversation: 'number' }), { kind: 'column_type', message: /Int32/ });
  });

  test('rows beyond the limit and rows that were not declared', () => {
    const names = { ...noNames, conversation: 'text' };
    assert.throws(() => decodeBatch(ipc, names, { rowCount: null, maxRows: 0 }), { kind: 'too_many_rows' });
    assert.throws(() => decodeBatch(ipc, names, { rowCount: 2, maxRows: 9 }), { kind: 'row_count' });
  });

  test('messages and values that take no bytes, and are more than can be read', () => {
    const decodeMany = (items: number) => decoded(nullMessages(items).ipc);
    assert.throws(() => decodeMany(1_000_001), { kind: 'too_many_rows', message: /1000001 messages/ });
    assert.throws(() => decodeMany(2 ** 31 - 1), { kind: 'bad_arrow', message: /values/ });
    assert.equal(decodeMany(10)[0]!.length, 10);
  });

  test('a number of a width that nobody reads', () => {
    const column = { type: new Int(true, 24 as never), values: [] };
    const odd = stream({ conversation: { type: new Utf8(), values: [] }, column });
    assert.throws(() => decoded(odd, { passthrough: ['column'] }), { kind: 'bad_arrow', message: /Int/ });
  });

  test('bytes that are no stream', () => {
    const json = new TextEncoder().encode('[{"role":"user"}]');
    const whole = fixture('utf8');
    const file = new TextEncoder().encode('ARROW1\0\0rest of a file');
    assert.throws(() => decoded(new Uint8Array(0)), { kind: 'bad_arrow', message: /empty/ });
    assert.throws(() => decoded(json), { kind: 'bad_arrow', message: /JSON/ });
    assert.throws(() => decoded(file), { kind: 'bad_arrow', message: /stream format/ });
    assert.throws(() => decoded(Buffer.concat([whole, whole])), {
      kind: 'bad_arrow',
      message: /follow the end marker/,
    });
  });

  test('a stream cut at any byte is never a shorter batch', () => {
    const whole = fixture('batches');
    const endMarker = 8;
    const rows = decoded(whole).length;
    for (let end = 0; end < whole.length - endMarker; end++)
      assert.throws(() => decodeBatch(whole.subarray(0, end), noNames, { rowCount: rows, maxRows: rows }), {
        name: 'SemtelError',
      });
  });

  test('a stream of messages in the wrong order', () => {
    const [schema, batch] = readFrames(fixture('utf8'));
    assert.throws(() => decoded(writeFrames([batch!, schema!], true)), {
      kind: 'bad_arrow',
      message: /schema/,
    });
    assert.throws(() => decoded(writeFrames([schema!, schema!], true)), {
      kind: 'bad_arrow',
      message: /two/,
    });
  });
});
