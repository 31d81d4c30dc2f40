import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { ipcOf } from '../../src/arrow/rows.ts';
import { openInputs } from '../../src/files/read/input.ts';
import { jsonValues } from '../../src/files/read/jsonValues.ts';
import { selectionOf } from '../../src/files/read/parquetColumns.ts';

const fixture = join(import.meta.dirname, 'fixtures', 'pyarrow-snappy.parquet');

describe('of a Parquet file', () => {
  it('only role and content of messages are read, and ids', async () => {
    const [input] = await openInputs([fixture], { conversation: '', id: undefined });
    const [first] = (await Array.fromAsync(input!.read())).flatMap((rows) => jsonRows(ipcOf([rows])));
    const messages = [
      { role: 'user', content: 'How long do I boil an egg?' },
      { role: 'assistant', content: 'Eight minutes, then cold water. 🥚' },
    ];
    assert.deepEqual(first, { id: 'c01', messages });
  });

  it('everything is read where it is asked for', async () => {
    const [first] = await Array.fromAsync(jsonValues(fixture, []));
    assert.deepEqual(Object.keys(first!), ['extra', 'messages', 'id']);
    assert.deepEqual((first!.messages as readonly unknown[])[0], {
      role: 'user',
      tokens: 7,
      content: 'How long do I boil an egg?',
    });
  });

  const leaves: readonly [layout: string, leaves: readonly string[], selected: readonly string[]][] = [
    [
      'lists of three levels',
      ['m/list/element/role', 'm/list/element/content', 'm/list/element/n'],
      ['m.list.element.role', 'm.list.element.content'],
    ],
    ['lists of two levels', ['m/n', 'm/content', 'm/role'], ['m.role', 'm.content']],
    [
      'content in parts',
      ['m/bag/array/role', 'm/bag/array/content/bag/array/text', 'm/bag/array/content/bag/array/type'],
      ['m.bag.array.role', 'm.bag.array.content'],
    ],
    [
      'a column beside it whose name begins alike',
      ['m', 'm2/list/element/role', 'm2/list/element/content'],
      ['m'],
    ],
    ['text', ['m', 'id'], ['m']],
    ['something else', ['m/list/element/role', 'm/list/element/text'], ['m']],
    ['no row group', [], ['m']],
  ];
  for (const [layout, paths, selected] of leaves) {
    it(`with ${layout} the column is selected by what it is made of`, () => {
      const split = paths.map((path) => path.split('/'));
      assert.deepEqual(selectionOf('m', split), selected);
    });
  }
});
