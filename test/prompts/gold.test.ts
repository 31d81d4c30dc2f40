import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GoldItem } from '../../src/evaluate/gold.ts';
import { goldOf, shipped } from './shipped.ts';

const gold = shipped.map((classifier) => ({ classifier, items: goldOf(classifier) }));

for (const { classifier, items } of gold) {
  const { name, labels, outputs } = classifier;

  test(`the gold file of ${name} has 40 items or more, of 1 to 6 messages, in several scripts`, () => {
    assert.ok(items.length >= 40);
    for (const { id, messages } of items) {
      assert.ok(messages.length <= 6, id);
      for (const [at, { role }] of messages.entries())
        assert.equal(role, at % 2 === 0 ? 'user' : 'assistant', id);
    }
    assert.ok(new Set(items.map(({ messages }) => messages.length)).size >= 4);
    const text = JSON.stringify(items);
    for (const script of ['Latin', 'Han', 'Cyrillic', 'Arabic', 'Hangul', 'Hiragana'])
      assert.match(text, new RegExp(`\\p{Script=${script}}`, 'u'), script);
    assert.ok(items.filter(({ note }) => note !== undefined).length >= 5, 'borderline items say why');
  });

  test(`every label of ${name} is expected three times or more`, () => {
    for (const { name: label } of labels.label ?? [])
      assert.ok(items.filter(({ expected }) => expected.label === label).length >= 3, label);
  });

  test(`every label of every set of ${name} is expected at least once`, () => {
    for (const [output, set] of Object.entries(labels)) {
      const expected = new Set(items.map((item) => item.expected[output]));
      for (const { name: label } of set) assert.ok(expected.has(label), `${output}: ${label}`);
    }
  });

  if (name !== 'satisfaction') continue;
  test('every satisfaction item applies at least twice in the gold file', () => {
    for (const { name: output } of outputs)
      assert.ok(items.filter(({ expected }) => typeof expected[output] === 'object').length >= 2, output);
  });
}

/** Texts shorter than this are anyone's: "Hi!", "continue". */
const leastWords = 3;
/** Words in a row that two people who write on their own do not share. */
const sharedRun = 5;

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
/** Runs of `length` words; the text's words as one run where it has fewer. */
const runsOf = (words: readonly string[], length: number) =>
  Array.from({ length: Math.max(1, words.length - length + 1) }, (_, at) =>
    words.slice(at, at + length).join(' '),
  );

test('no gold conversation is in the words of an example that the judge is shown', () => {
  const examples = shipped
    .flatMap(({ labels, outputs }) => [
      ...Object.values(labels).flatMap((set) =>
        set.flatMap((label) => [
          ...label.examples,
          ...label.counterexamples.map((text) => text.replace(/ \([^)]*\)$/, '')),
        ]),
      ),
      // Satisfaction has its examples in its descriptions, quoted.
      ...outputs.flatMap(({ description = '' }) =>
        [...description.matchAll(/"([^"]+)"/g)].map(([, text]) => text!),
      ),
    ])
    .map(wordsOf)
    .filter(({ length }) => length >= leastWords);
  const known = new Set(examples.flatMap((words) => runsOf(words, sharedRun)));
  assert.ok(known.size > 400);
  for (const { id, messages } of gold.flatMap(({ items }) => items)) {
    for (const { content } of messages) {
      const words = wordsOf(content);
      const lengths = Array.from({ length: sharedRun - leastWords + 1 }, (_, more) => leastWords + more);
      const shared = lengths.flatMap((length) => runsOf(words, length)).find((run) => known.has(run));
      assert.equal(shared, undefined, id);
    }
  }
});

test('an id that several gold files share is the same conversation', () => {
  const known = new Map<string, GoldItem['messages']>();
  for (const { id, messages } of gold.flatMap(({ items }) => items)) {
    assert.deepEqual(messages, known.get(id) ?? messages, id);
    known.set(id, messages);
  }
});
