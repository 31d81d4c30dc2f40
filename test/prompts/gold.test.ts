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

  if (name !== 'satisfaction') continue;
  test('every satisfaction item applies at least twice in the gold file', () => {
    for (const { name: output } of outputs)
      assert.ok(items.filter(({ expected }) => typeof expected[output] === 'object').length >= 2, output);
  });
}

test('an id that several gold files share is the same conversation', () => {
  const known = new Map<string, GoldItem['messages']>();
  for (const { id, messages } of gold.flatMap(({ items }) => items)) {
    assert.deepEqual(messages, known.get(id) ?? messages, id);
    known.set(id, messages);
  }
});
