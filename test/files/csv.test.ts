import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import {
  Bool,
  Field,
  Float64,
  Int64,
  List,
  RecordBatchStreamWriter,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { ipcOf } from '../../src/arrow/rows.ts';
import { SemtelError } from '../../src/base/error.ts';
import { openInputs } from '../../src/files/read/input.ts';
import { jsonValues } from '../../src/files/read/jsonValues.ts';
import { openOutput } from '../../src/files/write/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-csv-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'rows.csv');

async function write(table: Table): Promise<string> {
  const writer = new RecordBatchStreamWriter();
  for (const batch of table.batches) writer.write(batch);
  const output = await openOutput(path, new PassThrough());
  await output.write(writer.finish().toUint8Array(true));
  await output.finish();
  return readFileSync(path, 'utf8');
}

async function read(text: string) {
  writeFileSync(path, text);
  const [input] = await openInputs([path], { conversation: '', id: undefined });
  const found = [];
  for await (const rows of input!.read()) found.push(...jsonRows(ipcOf([rows])));
  return found;
}

describe('a .csv output', () => {
  it('reads back whatever the text: quotes, line ends, commas, blanks, null and empty', async () => {
    const special = fc.constantFrom('"', '\\', ',', ';', '\n', '\r', ' ', 'a', '🥚', '\u2028', '\uFEFF');
    const text = fc.option(fc.oneof(fc.string({ unit: special }), fc.string({ unit: 'grapheme' })));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: text, conversation: text }), { minLength: 1 }),
        async (rows) => {
          const column = (name: 'id' | 'conversation') =>
            vectorFromArray(
              rows.map((row) => row[name]),
              new Utf8(),
            );
          const written = await write(new Table({ id: column('id'), conversation: column('conversation') }));
          assert.deepEqual(
            await read(written),
            rows.map((row) => ({ ...row })),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has a column for each field of a struct, JSON for lists, and numbers with all their digits', async () => {
    const satisfaction = new Struct([
      new Field('score', new Float64(), true),
      new Field('of', new Struct([new Field('sure', new Bool(), true)]), true),
      new Field('items', new List(new Field('item', new Utf8(), true)), true),
    ]);
    const written = await write(
      new Table({
        id: vectorFromArray([2n ** 60n + 1n, -7n], new Int64()),
        satisfaction: vectorFromArray(
          [{ score: 0.1 + 0.2, of: { sure: false }, items: ['a, "b"', null] }, null],
          satisfaction,
        ),
      }),
    );
    assert.equal(
      written,
      [
        'id,satisfaction.score,satisfaction.of.sure,satisfaction.items',
        '1152921504606846977,0.30000000000000004,false,"[""a, \\""b\\"""",null]"',
        '-7,,,',
        '',
      ].join('\n'),
    );
    const [first] = await Array.fromAsync(jsonValues(path, ['satisfaction']));
    assert.deepEqual(first!.satisfaction, {
      score: '0.30000000000000004',
      of: { sure: 'false' },
      items: '["a, \\"b\\"",null]',
    });
  });
});

describe('a .csv input', () => {
  const one = { id: '1', conversation: 'a' };
  const good: readonly [what: string, text: string, rows: readonly object[]][] = [
    ['with a byte-order mark, CRLF and blank lines', '\uFEFFid,conversation\r\n\r\n1,a\r\n\r\n', [one]],
    ['without a last newline', 'id,conversation\n1,a', [one]],
    ['with further columns', 'x,conversation,y,id\n,a,,1', [{ id: '1', conversation: 'a' }]],
    ['of names only', 'id,conversation\n', []],
    ['with columns that have no name', 'id,conversation,,\n1,a,,\n', [one]],
    ['with semicolons', 'conversation;id\n"a\\";1\n', [{ conversation: 'a\\', id: '1' }]],
    ['with tabs', '\tid\tconversation\n0\t1\ta, b; c\n', [{ id: '1', conversation: 'a, b; c' }]],
    ['with bars', '"i,d"|conversation\n1|"a|b"\n', [{ conversation: 'a|b' }]],
    [
      'with one column, in which a blank line is a null',
      'conversation\na\n\n""\n',
      [{ conversation: 'a' }, { conversation: null }, { conversation: '' }],
    ],
    [
      'as Spark writes it',
      'id,conversation\n1,"a \\"b\\", c:\\\\d"\n2,e\\f\n',
      [
        { id: '1', conversation: 'a "b", c:\\d' },
        { id: '2', conversation: 'e\\f' },
      ],
    ],
  ];
  for (const [what, text, rows] of good) {
    it(`${what} is read`, async () => assert.deepEqual(await read(text), rows));
  }

  const bad: readonly [what: string, text: string, words: RegExp][] = [
    ['with a row too short', 'id,conversation\n1,a\n2\n', /rows\.csv:3: this row has more or fewer fields/],
    [
      'with a row too long',
      'id,conversation\n1,"a\nb",c\n',
      /rows\.csv:3: this row has more or fewer fields/,
    ],
    [
      'with an open quotation mark',
      'id,conversation\n1,"a\n2,b\n3,c\n',
      /:2: a quotation mark is opened in this row/,
    ],
    ['with a mark inside a field', 'id,conversation\n1,a"b"\n', /:2: a quotation mark stands inside a field/],
    ['with text behind a mark', 'id,conversation\n1,"a"b\n', /:2: a quotation mark stands inside a field/],
    ['with two columns of a name', 'id,id\n', /:1: two columns are called "id"/],
    ['without the column', 'id,chat\n1,a\n', /no column "conversation" or "messages"; it has "id", "chat"/],
    [
      'without a line of names, at bounded length,',
      ['1', 'secret '.repeat(100), ...Array.from({ length: 99 }, (_, index) => `c${index}`)].join(','),
      /it has "1", "(secret ){5}secre…", "c0", .*"c17" and 81 more\. Name/,
    ],
  ];
  for (const [what, text, words] of bad) {
    it(`${what} is refused, file and line named`, async () => {
      await assert.rejects(read(text), (error) => {
        assert(error instanceof SemtelError && error.kind === 'input', String(error));
        assert.match(error.message, words);
        return true;
      });
    });
  }
});
