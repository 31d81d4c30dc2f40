import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { keyMaker } from '../../src/text/key.ts';
import { countTokens } from '../../src/text/tokens.ts';
import { prepare } from '../../src/workers/prepare.ts';
import { bytesAt, textAt } from '../../src/workers/texts.ts';
import { question, taskOf, taskOfFixture } from './batches.ts';

const conversation = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', '  ', '[1]', '[]', '[{"role":"user","content":"Hi"}]', 'the same', '[oops'),
  ),
);

suite('prepare', () => {
  test('every row is skipped with a reason, or has a key and a text of its own conversation', () => {
    fc.assert(
      fc.property(fc.array(conversation, { minLength: 1, maxLength: 20 }), (rows) => {
        const batch = prepare(taskOf(rows));
        assert.equal(batch.rows, rows.length);
        const {
          texts,
          textOf: [textOf],
        } = batch.asked!;
        const [keys] = batch.keys;
        rows.forEach((row, index) => {
          if (batch.skipped[index] !== null) {
            assert.deepEqual([textOf![index], keys![index]], [-1, '']);
            return;
          }
          const [first] = JSON.parse(textAt(texts, textOf![index]!));
          const content = row!.startsWith('[{') ? 'Hi' : row;
          assert.deepEqual(first, { i: 1, role: 'user', content });
          const canonical = JSON.stringify([['user', content!.replaceAll('\r\n', '\n')]]);
          assert.deepEqual(keys![index], keyMaker([question])(canonical).keys[0]);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('says why rows are skipped', () => {
    assert.deepEqual(prepare(taskOf(['x', null, ' ', '[1]'])).skipped, [
      null,
      'null',
      'empty',
      'bad_conversation',
    ]);
  });

  test('equal conversations and classifiers that cut alike share a text', () => {
    const long = 'word '.repeat(100);
    const short = { ...question, truncate: { maxTokens: 60, strategy: 'head' } as const };
    const other = { ...short, digest: 'e'.repeat(64) };
    const { asked, keys } = prepare(taskOf([long, long, 'x'], { questions: [question, short, other] }));
    const { texts, textOf, cutBytes } = asked!;
    assert.deepEqual(
      textOf.map((row) => [...row]),
      [
        [0, 0, 2],
        [1, 1, 2],
        [1, 1, 2],
      ],
    );
    assert.equal(texts.ends.length, 3);
    assert.ok(countTokens(textAt(texts, 1)) <= 60);
    const bytes = [0, 1, 2].map((text) => bytesAt(texts, text));
    assert.deepEqual([...cutBytes], [0, bytes[0]! - bytes[1]!, 0]);
    assert.equal(new Set(keys.flat()).size, 4);
  });

  test('without texts the keys are the same, and the bytes come back', () => {
    const task = taskOf(['x', null, 'çava']);
    const { asked, ipc, ...others } = prepare({ ...task, texts: false });
    const { asked: _, ...same } = prepare(task);
    assert.deepEqual({ ...others, ipc: null }, same);
    assert.deepEqual([asked, ipc], [null, task.ipc]);
    assert.deepEqual(
      [...others.bytes],
      ['[["user","x"]]', '', '[["user","çava"]]'].map((form) => Buffer.byteLength(form)),
    );
  });

  test('the same conversation has the same key as text, as JSON, as a list, with either line end', () => {
    const keyOf = (rows: string[]) => prepare(taskOf(rows)).keys[0];
    assert.equal(new Set(keyOf(['a\nb', 'a\r\nb', '[{"role":"Human","content":"a\\nb"}]'])).size, 1);
    const fromList = prepare(taskOfFixture('list_reordered', 4)).keys[0]!;
    const fromText = prepare(taskOfFixture('utf8', 4)).keys[0]!;
    assert.deepEqual([fromList[0], fromList[3]], [fromText[0], fromText[3]]);
  });

  test('tells when the bytes are known to be sound, and never for broken ones', () => {
    let sound = 0;
    const count = () => {
      sound++;
    };
    prepare(taskOf(['x']), count);
    assert.equal(sound, 1);
    assert.throws(() => prepare(taskOf(['x'], { rowCount: 2 }), count), { kind: 'row_count' });
    assert.equal(sound, 1);
  });
});
