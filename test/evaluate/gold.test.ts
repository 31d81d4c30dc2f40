import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { meets } from '../../src/evaluate/expected.ts';
import { type Judged, readGold } from '../../src/evaluate/gold.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-gold-'));
after(() => rmSync(folder, { recursive: true }));

const label = (name: string) => ({ name, definition: '', examples: [], counterexamples: [], aliases: [] });
const judged: Judged = {
  name: 'mood',
  outputs: [
    { name: 'label', kind: 'string' },
    { name: 'strength', kind: 'integer' },
    { name: 'sure', kind: 'boolean' },
  ],
  labels: { label: [label('Good'), label('Bad')], strength: [], sure: [] },
};

const messages = [{ role: 'user', content: 'Hi' }];
const item = (expected: unknown, more: object = {}) =>
  JSON.stringify({ id: 'a', messages, expected, ...more });

function read(...lines: string[]) {
  const path = join(folder, 'mood.jsonl');
  writeFileSync(path, lines.join('\n'));
  return readGold(path, judged);
}

test('a gold file is read line by line; blank lines are passed over', () => {
  const items = read(
    item({ label: 'Good' }),
    '',
    item({ strength: { min: 3 } }, { id: 'b', note: 'why' }),
    '',
  );
  assert.deepEqual(items, [
    { id: 'a', messages, expected: { label: 'Good' } },
    { id: 'b', messages, expected: { strength: { min: 3 } }, note: 'why' },
  ]);
});

const faults: readonly (readonly [what: string, line: string, message: RegExp])[] = [
  ['text that is not JSON', '{', /JSON/],
  ['a misspelt key', item({ label: 'Good' }, { nots: '' }), /nots/],
  ['a conversation without messages', item({ label: 'Good' }, { messages: [] }), /messages/],
  [
    'a role of nobody',
    item({ label: 'Good' }, { messages: [{ role: 'x', content: '' }] }),
    /messages\.0\.role/,
  ],
  ['nothing expected', item({}), /expected: must name at least one output/],
  ['an unknown output', item({ lable: 'Good' }), /unknown key "lable"; did you mean "label"\?/],
  [
    'a label outside the set',
    item({ label: 'God' }),
    /expected\.label: "God" is not a label of mood; did you mean "Good"\?/,
  ],
  ['a value of another kind', item({ strength: 'much' }), /expected\.strength must be of kind integer/],
  ['a range of a boolean', item({ sure: { min: 1 } }), /expected\.sure/],
  ['a range without bounds', item({ strength: {} }), /expected\.strength/],
  ['a range upside down', item({ strength: { min: 2, max: 1 } }), /expected\.strength/],
  ['an id that occurs twice', item({ label: 'Bad' }, { id: 'first' }), /the id "first" is also on line 1/],
];

for (const [what, line, message] of faults) {
  test(`${what} is named with file and line`, () => {
    const broken = () => read(item({ label: 'Good' }, { id: 'first' }), line);
    assert.throws(broken, { kind: 'input', message });
    assert.throws(broken, { message: /mood\.jsonl:2: / });
  });
}

test('a missing or an empty gold file is named', () => {
  assert.throws(() => readGold(join(folder, 'none.jsonl'), judged), {
    kind: 'input',
    message: /none\.jsonl/,
  });
  assert.throws(() => read(''), { kind: 'input', message: /holds no item/ });
});

test('a value is met exactly, a range with its ends', () => {
  assert.ok(meets('Good', 'Good') && !meets('good', 'Good') && !meets(undefined, 'Good'));
  assert.ok(meets(0, 0) && !meets(1, 0));
  assert.ok(
    meets(3, { min: 3 }) && meets(5, { min: 3, max: 5 }) && !meets(2, { min: 3 }) && !meets(6, { max: 5 }),
  );
  assert.ok(!meets('4', { min: 3 }));
});
