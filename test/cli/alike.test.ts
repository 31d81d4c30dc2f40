import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alike } from '../../src/cli/why/alike.ts';

test('a value is alike as any kind of output tells it, and no other is', () => {
  const struct = { a: 1, b: { c: null, d: ['x', 2] } };
  for (const [value, ...told] of [
    ['Health', 'Health'],
    ['1', '1'],
    [1, 1, '1'],
    [0.1, 0.1, '0.1'],
    [true, true, 'true'],
    [null, null, undefined, { a: null, b: { c: null } }],
    [['x', 2], ['x', 2], '["x",2]'],
    [struct, struct, { a: '1', b: { c: null, d: '["x",2]' } }],
  ] as const)
    for (const each of told) assert(alike(value, each), `${JSON.stringify(value)} ${JSON.stringify(each)}`);
  for (const [value, told] of [
    ['Health', 'health'],
    ['', null],
    [1, '2'],
    [null, ''],
    [0, null],
    [['x'], '["y"]'],
    [struct, { a: '1', b: { c: null, d: '[]' } }],
    [struct, null],
  ] as const)
    assert(!alike(value, told), `${JSON.stringify(value)} ${JSON.stringify(told)}`);
});
