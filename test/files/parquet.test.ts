import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { ipcOf } from '../../src/arrow/rows.ts';
import { SemtelError } from '../../src/base/error.ts';
import { countRows } from '../../src/files/read/countRows.ts';
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

describe('a damaged Parquet file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-parquet-'));
  after(() => rmSync(folder, { recursive: true }));
  /** What reading says of a file of which some bytes were changed. */
  async function faultOf(changes: readonly { at: number; from: number; to: number }[]): Promise<string> {
    const bytes = readFileSync(join(import.meta.dirname, 'fixtures', 'pyarrow-none.parquet'));
    for (const { at, from, to } of changes) {
      assert.equal(bytes[at], from, 'the fixture was made anew: look for the places');
      bytes[at] = to;
    }
    const path = join(folder, 'damaged.parquet');
    writeFileSync(path, bytes);
    try {
      const inputs = await openInputs([path], { conversation: '', id: undefined });
      await countRows(inputs);
      for (const input of inputs) await Array.fromAsync(input.read());
    } catch (error) {
      assert.ok(error instanceof SemtelError && error.kind === 'input', String(error));
      return error.message.replace(path, 'FILE');
    }
    return 'nothing';
  }
  /** Numbers of rows, written twice as large: of the file 12, of its first row group 5. */
  const inFile = { at: 2079, from: 24, to: 26 };
  const inRowGroup = { at: 2699, from: 10, to: 12 };

  it('whose numbers of rows disagree is refused before anything is read', async () => {
    assert.equal(
      await faultOf([inFile]),
      'FILE: this is not a whole Parquet file (it says 13 rows and its row groups say 12).',
    );
    assert.equal(
      await faultOf([inRowGroup]),
      'FILE: this is not a whole Parquet file (it says 12 rows and its row groups say 13).',
    );
  });

  it('that holds fewer rows than it says does not end as if it were whole', async () => {
    assert.equal(await faultOf([inFile, inRowGroup]), 'FILE: it says 13 rows and holds 12.');
  });

  it('at which the reader traps is told of in words', async () => {
    const pageHeader = { at: 96, from: 0x15, to: 0xea };
    assert.match(await faultOf([pageHeader]), /^FILE: it is damaged, or a row group of it is too large/);
  });
});
