import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { syntaxRepairs } from '../../src/classifier/read/syntax.ts';
import { valueRepairs } from '../../src/classifier/read/values.ts';
import { wrappings } from '../../src/classifier/read/wrapping.ts';
import { corrupt, faults, replyOf } from './corrupt/corrupt.ts';
import { sets } from './corrupt/sets.ts';

const names = (repairs: readonly { name: string }[]) => repairs.map(({ name }) => name);
const all = [
  ...names(wrappings),
  'prose',
  ...names(syntaxRepairs),
  'doubled_key',
  'bare_label',
  ...names(valueRepairs),
];

test('docs/replies.md lists every repair, in the order tried', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/replies.md'), 'utf8');
  const [table] = page.split('| code |');
  const listed = [...table!.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(listed, all);
});

test('every repair is needed by one of the named faults', () => {
  const expected = faults.flatMap((fault) =>
    sets.flatMap((set) => {
      const spoiled = corrupt(replyOf(set, seededRandom(1)), fault, 1);
      return spoiled !== null && 'repair' in spoiled.expected ? [spoiled.expected.repair] : [];
    }),
  );
  assert.deepEqual(
    all.filter((name) => !expected.includes(name)),
    [],
  );
  assert.equal(faults.length, 58);
});
