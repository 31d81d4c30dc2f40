import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import {
  Dictionary,
  Field,
  Int32,
  List,
  Map_,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { SemtelError } from '../../src/base/error.ts';
import { readBatches } from '../../src/files/read/batches.ts';
import { openInputs } from '../../src/files/read/input.ts';
import { jsonValues } from '../../src/files/read/jsonValues.ts';
import { openFile } from '../../src/files/read/openFile.ts';
import { type SelectionOptions, selectRows } from '../../src/files/read/selection.ts';
import { openOutput } from '../../src/files/write/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-files-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (suffix: string) => join(folder, `${files++}${suffix}`);
const newFolder = (suffix: string) => {
  const path = newPath(suffix);
  mkdirSync(path);
  return path;
};
const everything: SelectionOptions = { limit: undefined, sample: undefined, seed: 0 };
const bounds = { rows: 256, bytes: 4 << 20 };

function jsonl(...rows: readonly unknown[]): string {
  const path = newPath('.jsonl');
  writeFileSync(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return path;
}

async function read(paths: readonly string[], wanted = {}, select = everything, within = bounds) {
  const inputs = await openInputs(paths, { conversation: '', id: undefined, ...wanted });
  let total = 0;
  for (const input of inputs) for await (const rows of input.read()) total += rows.count;
  const batches = [];
  for await (const batch of readBatches(inputs, selectRows(total, select), within)) {
    const rows = jsonRows(batch.ipc);
    assert.equal(rows.length, batch.rows);
    batches.push(rows);
  }
  return batches;
}

const rejects = (work: Promise<unknown>, words: RegExp) =>
  assert.rejects(work, (error) => {
    assert(error instanceof SemtelError && error.kind === 'input', String(error));
    assert.match(error.message, words);
    return true;
  });

describe('a .jsonl input', () => {
  it('gives every row back, in order, whatever the bounds of a batch', async () => {
    const text = fc.string({ unit: 'grapheme' });
    const messages = fc.array(fc.record({ role: text, content: text }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ id: fc.option(text), conversation: fc.oneof(text, fc.constant(null), messages) }),
        ),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3000 }),
        async (rows, maxRows, maxBytes) => {
          const batches = await read([jsonl(...rows)], {}, everything, { rows: maxRows, bytes: maxBytes });
          assert(batches.every((batch) => batch.length <= maxRows));
          assert.deepEqual(
            batches.flat().map((row) => row.conversation),
            rows.map(({ conversation }) =>
              Array.isArray(conversation) ? JSON.stringify(conversation) : conversation,
            ),
          );
          if (rows.length > 0)
            assert.deepEqual(
              batches.flat().map((row) => row.id),
              rows.map((row) => row.id),
            );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may have a byte-order mark, CRLF, blank lines, U+2028 and no last newline', async () => {
    const path = jsonl('\uFEFF{"id":1,"messages":"a\u2028b"}\r', '', ' \r', '{"id":2,"messages":null}');
    assert.deepEqual(await read([path]), [
      [
        { id: 1, messages: 'a\u2028b' },
        { id: 2, messages: null },
      ],
    ]);
  });

  it('without rows still gives one batch without rows', async () => {
    assert.deepEqual(await read([jsonl()]), [[]]);
    assert.deepEqual(await read([jsonl({ conversation: 'a' })], {}, { ...everything, limit: 0 }), [[]]);
  });

  const bad: readonly [why: string, lines: readonly unknown[], words: RegExp][] = [
    [
      'is not JSON',
      [{ conversation: 'a' }, '', '{"conversation": secret}'],
      /jsonl:3: this is not one whole JSON object/,
    ],
    ['is not an object', [{ conversation: 'a' }, '[]'], /:2: every line must be one JSON object\.$/],
    [
      'holds another kind',
      [{ conversation: 'a' }, { conversation: [1] }],
      /:2: "conversation" must be null or a conversation; conversations are text or lists/,
    ],
    [
      'changes the kind of ids',
      [
        { id: 1, conversation: 'a' },
        { id: 'b', conversation: 'a' },
      ],
      /:2: "id" is text here, and a whole number in lines before it\.$/,
    ],
    [
      'has an id of another kind',
      [{ id: 1.5, conversation: 'a' }],
      /:1: "id" must be text, or a whole number of 64 bits\.$/,
    ],
    [
      'names the column otherwise',
      [{ chat: 'a' }],
      /no column "conversation" or "messages"; it has "chat"\. Name one with --conversation/,
    ],
  ];
  for (const [why, lines, words] of bad) {
    it(`is refused, file and line named, when a line ${why}`, async () => {
      await rejects(read([jsonl(...lines)]), words);
    });
  }

  it('may leave out what is null, also in its first lines', async () => {
    assert.deepEqual(await read([jsonl({}, { id: null }, { id: 7, conversation: 'a' }, { x: 1 })]), [
      [
        { id: null, conversation: null },
        { id: null, conversation: null },
        { id: 7, conversation: 'a' },
        { id: null, conversation: null },
      ],
    ]);
  });

  it("may hold messages that lack something: that is their row's fault", async () => {
    const messages = [{ content: 'a' }, null, { role: 'user' }];
    assert.deepEqual(await read([jsonl({ conversation: messages })]), [
      [{ conversation: JSON.stringify(messages) }],
    ]);
  });

  it('is refused without quoting the text of the line', async () => {
    await assert.rejects(read([jsonl('{"conversation": "my secret')]), (error: Error) => {
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });

  it('that is missing or not UTF-8 is named', async () => {
    await rejects(read([join(folder, 'no.jsonl')]), /no\.jsonl: there is no such file/);
    const path = newPath('.jsonl');
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
    await rejects(read([path]), /\.jsonl:1: this is not UTF-8; save the file as UTF-8/);
    writeFileSync(path, Buffer.from('\uFEFF{"conversation":"a"}', 'utf16le'));
    await rejects(read([path]), /\.jsonl: this is UTF-16/);
  });

  it('that is not UTF-8 somewhere is refused with its line, wherever the pieces of reading end', async () => {
    const path = newPath('.jsonl');
    const line = `{"conversation":"${'é'.repeat(20_000)}"}\n`;
    for (const [lines, pad] of [
      [0, 0],
      [1, 0],
      [3, 1],
      [7, 2],
    ] as const) {
      const bad = Buffer.from(`{"conversation":"${' '.repeat(pad)}caf\xe9"}\n`, 'latin1');
      writeFileSync(path, Buffer.concat([Buffer.from(line.repeat(lines)), bad, Buffer.from(line)]));
      await rejects(read([path]), new RegExp(`:${lines + 1}: this is not UTF-8`));
    }
  });

  it('of one long line is read, and beyond 64 Mi characters refused with its number', async () => {
    const path = newPath('.jsonl');
    writeFileSync(path, `{"conversation":"${'a'.repeat(20 << 20)}"}`);
    assert.equal((await read([path], {}, everything, { rows: 1, bytes: 1 }))[0]!.length, 1);
    writeFileSync(path, `{"conversation":"a"}\n${' '.repeat(65 << 20)}`);
    await rejects(read([path]), /:2: this line is longer than 64 Mi characters/);
    rmSync(path);
  });
});

describe('an .arrow input', () => {
  const message = new Struct([
    new Field('role', new Utf8(), true),
    new Field('content', new Utf8View(), true),
  ]);
  const conversations = [
    [{ role: 'user', content: 'a long enough text to leave the view itself' }],
    null,
    [],
    [
      { role: 'user', content: null },
      { role: 'ai', content: 'short' },
    ],
  ];
  const table = () =>
    new Table({
      extra: vectorFromArray([1, 2, 3, 4], new Int32()),
      messages: vectorFromArray(conversations, new List(new Field('item', message, true))),
      id: vectorFromArray(['p', 'q', null, 'p'], new Dictionary(new Utf8(), new Int32())),
    });
  const write = (
    Writer: typeof RecordBatchFileWriter | typeof RecordBatchStreamWriter,
    batches: readonly RecordBatch[],
  ) => {
    const path = newPath('.arrow');
    const writer = new Writer();
    for (const batch of batches) writer.write(batch);
    writeFileSync(path, writer.finish().toUint8Array(true));
    return path;
  };

  for (const Writer of [RecordBatchFileWriter, RecordBatchStreamWriter]) {
    it(`written by ${Writer.name} gives its id and conversation columns in plain types`, async () => {
      const { batches } = table();
      const path = write(Writer, [batches[0]!, batches[0]!]);
      const found = await read([path], {}, everything, { rows: 3, bytes: 1 << 20 });
      assert.deepEqual(
        found.map((batch) => batch.length),
        [3, 3, 2],
      );
      const ids = ['p', 'q', null, 'p'];
      const expected = conversations.map((messages, row) => ({ id: ids[row], messages }));
      assert.deepEqual(found.flat(), [...expected, ...expected]);
    });
  }

  it('whose end is missing is refused', async () => {
    for (const Writer of [RecordBatchFileWriter, RecordBatchStreamWriter]) {
      const path = write(Writer, table().batches);
      truncateSync(path, readFileSync(path).length - 8);
      await rejects(read([path]), /its end is missing/);
    }
  });

  it('that is damaged anywhere is refused or read, and never hangs', async () => {
    const whole = write(RecordBatchFileWriter, table().batches);
    const bytes = readFileSync(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (place, value) => {
        const path = join(folder, 'damaged.arrow');
        writeFileSync(
          path,
          Uint8Array.from(bytes, (byte, index) => (index === place ? value : byte)),
        );
        await read([path]).catch((error) =>
          assert(error instanceof SemtelError && error.kind === 'input', error),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('with a column that has no name is read, and told of', async () => {
    const path = newPath('.arrow');
    writeFileSync(path, tableToIPC(new Table({ '': vectorFromArray(['hello']) }), 'file'));
    await rejects(read([path]), /no column "conversation" or "messages"; it has ""/);
  });

  it('whose schema has a map of what is no struct is refused', async () => {
    const path = newPath('.arrow');
    const broken = new Map_(new Field('entries', new Utf8()) as never);
    writeFileSync(path, tableToIPC(new Table(new Schema([new Field('messages', broken)])), 'file'));
    await rejects(read([path]), /a column of type Map has no sound width, index or item type/);
  });

  it('without batches still gives one batch without rows', async () => {
    const path = newPath('.arrow');
    writeFileSync(path, tableToIPC(new Table(table().schema), 'file'));
    assert.deepEqual(await read([path]), [[]]);
  });

  it('with ids that are neither text nor integers is refused', async () => {
    const path = write(RecordBatchFileWriter, table().batches);
    await rejects(read([path], { id: 'messages' }), /ids must be text or integers/);
  });
});

describe('several inputs', () => {
  it('follow each other, each in batches of its own', async () => {
    const paths = [jsonl({ conversation: 'a' }), jsonl({ conversation: 'b' }, { conversation: 'c' })];
    assert.deepEqual(
      (await read(paths)).map((batch) => batch.map((row) => row.conversation)),
      [['a'], ['b', 'c']],
    );
  });

  it('with different ids are refused', async () => {
    const paths = [jsonl({ id: 1, conversation: 'a' }), jsonl({ id: 'x', conversation: 'b' })];
    await rejects(read(paths), /ids "id" of type Utf8, .* has ids "id" of type Int64/);
  });

  it('without a row go with any others', async () => {
    const rows = jsonl({ id: 1, conversation: 'a' });
    const [none, noNames, names] = [newPath('.jsonl'), newPath('.csv'), newPath('.csv')];
    writeFileSync(none, '');
    writeFileSync(noNames, '');
    writeFileSync(names, 'id,conversation\n');
    assert.deepEqual(await read([none, names, rows, noNames]), [[{ id: 1, conversation: 'a' }]]);
    assert.deepEqual(await read([none, noNames]), [[]]);
    const [input] = await openInputs([none, names], { conversation: '', id: undefined });
    assert.equal(input!.id, 'id');
  });

  it('are all those of a folder but hidden ones, by name', async () => {
    const parts = newPath('');
    mkdirSync(join(parts, 'day=2'), { recursive: true });
    mkdirSync(join(parts, '_delta_log'));
    const put = (name: string, text: string) => writeFileSync(join(parts, name), text);
    put('b', '{"conversation":"b"}');
    put('a.csv', 'conversation\na');
    put('day=2/a', '{"conversation":"c"}');
    for (const hidden of ['_SUCCESS', '.b.crc', '_delta_log/0.json']) put(hidden, 'no data');
    assert.deepEqual((await read([parts])).flat(), [
      { conversation: 'a' },
      { conversation: 'b' },
      { conversation: 'c' },
    ]);
    await rejects(read([join(parts, '_delta_log', '..', 'day=2'), join(parts, '_delta_log')]), /0\.json/);
    assert.deepEqual((await read([join(parts, '*')])).flat(), (await read([parts])).flat());
    assert.deepEqual(await read([join(parts, 'd*', '?')]), [[{ conversation: 'c' }]]);
    await rejects(read([join(parts, '_delta_log', '*.json')]), /0\.json/);
    await rejects(read([join(parts, '*.parquet')]), /\*\.parquet: no file has a name like this/);
    await rejects(read(['/dev/null']), /this is no file on a disk/);
    const empty = newPath('');
    mkdirSync(empty);
    await rejects(read([empty]), /there is no data file in this folder/);
  });
});

describe('a selection', () => {
  const taken = (total: number, options: Partial<SelectionOptions>) => {
    const selection = selectRows(total, { ...everything, ...options });
    const rows = Array.from({ length: total }, (_, row) => row).filter(() => selection.takesNext());
    assert.equal(rows.length, selection.rows);
    return rows;
  };

  it('takes exactly as many rows as it says, the same for the same seed', () => {
    const size = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(
        size,
        fc.option(size, { nil: undefined }),
        fc.option(size, { nil: undefined }),
        fc.nat(),
        (total, limit, sample, seed) => {
          const options = { limit, sample, seed };
          const rows = taken(total, options);
          assert.equal(rows.length, Math.min(total, limit ?? total, sample ?? total));
          assert(rows.every((row) => row < (limit ?? total)));
          assert.deepEqual(taken(total, options), rows);
        },
      ),
    );
  });

  it('takes every row with the same chance', () => {
    const hits = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++) for (const row of taken(10, { sample: 3, seed })) hits[row]!++;
    for (const hit of hits) assert(Math.abs(hit - 600) < 100, hits.join());
  });

  it('of scattered rows reads exactly those', async () => {
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, conversation: `c${id}` }));
    const found = await read([jsonl(...rows)], {}, { ...everything, sample: 100, seed: 7 });
    const ids = found.flat().map((row) => Number(row.id));
    assert.deepEqual(ids, taken(1000, { sample: 100, seed: 7 }));
    assert(found.flat().every((row) => row.conversation === `c${row.id}`));
  });
});

describe('an output', () => {
  const answers = new Table({
    id: vectorFromArray(['a', null], new Utf8()),
    topic: vectorFromArray(
      [{ label: 'Health', tokens: 3 }, null],
      new Struct([new Field('label', new Utf8(), true), new Field('tokens', new Int32(), true)]),
    ),
  });
  const writer = new RecordBatchStreamWriter();
  for (const batch of answers.batches) writer.write(batch);
  const ipc = writer.finish().toUint8Array(true);
  const emptyWriter = new RecordBatchStreamWriter();
  emptyWriter.write(answers.batches[0]!.slice(0, 0));
  const emptyIpc = emptyWriter.finish().toUint8Array(true);
  const expected = [
    { id: 'a', topic: { label: 'Health', tokens: 3 } },
    { id: null, topic: null },
  ];
  /** Numbers of CSV are text, and a struct there is its fields. */
  const expectedOf = (suffix: string) =>
    suffix.startsWith('.csv')
      ? [
          { id: 'a', topic: { label: 'Health', tokens: '3' } },
          { id: null, topic: { label: null, tokens: null } },
        ]
      : expected;
  const readOutput = (path: string) => Array.fromAsync(jsonValues(path, ['topic']));

  for (const suffix of ['.parquet', '.arrow', '.jsonl', '.csv', '.jsonl.gz', '.csv.zst']) {
    const once = expectedOf(suffix);

    it(`${suffix} is whole under its name, and until then called .part`, async () => {
      const path = newPath(suffix);
      const output = await openOutput(path, new PassThrough());
      await output.write(ipc);
      await output.write(ipc);
      assert(!existsSync(path) && existsSync(`${path}.part`));
      await output.finish();
      assert(existsSync(path) && !existsSync(`${path}.part`));
      assert.deepEqual(await readOutput(path), [...once, ...once]);
    });

    it(`${suffix} is one run's alone until it has ended, and begins anew after one that was killed`, async () => {
      const path = join(folder, `alone${suffix}`);
      writeFileSync(`${path}.part`, 'of a run that was killed');
      const output = await openOutput(path, new PassThrough());
      await output.write(ipc);
      await assert.rejects(openOutput(path, new PassThrough()), /is being written by another run/);
      await output.finish();
      assert(!existsSync(`${path}.part.lock`));
      const again = await openOutput(path, new PassThrough());
      assert.deepEqual(await readOutput(path), once, 'what is whole stays until there is something new');
      await again.abandon();
    });

    it(`${suffix} that is abandoned stays readable under .part; where nothing was written nothing stays`, async () => {
      const path = newPath(suffix);
      const output = await openOutput(path, new PassThrough());
      await output.write(ipc);
      assert.equal(await output.abandon(), true);
      assert(!existsSync(path));
      assert.deepEqual(await readOutput(`${path}.part`), once);
      const nothing = await openOutput(path, new PassThrough());
      assert.equal(await nothing.abandon(), false);
      assert(!existsSync(`${path}.part`));
    });

    it(`${suffix} without rows has its columns`, async () => {
      const path = newPath(suffix);
      const output = await openOutput(path, new PassThrough());
      await output.write(emptyIpc);
      await output.finish();
      assert.deepEqual(await readOutput(path), []);
      const file = await openFile(path);
      const columns = 'names' in file ? file.names : [...file.columns.keys()];
      const flat = ['id', 'topic.label', 'topic.tokens'];
      const wanted = suffix.includes('csv') ? flat : suffix.includes('jsonl') ? null : ['id', 'topic'];
      assert.deepEqual(columns, wanted);
    });
  }

  for (const path of ['out', 'out.txt', 'out.parquet.gz', 'out.arrow.zst', 'out.gz', '.part']) {
    it(`called ${path} is refused`, async () => {
      await rejects(
        openOutput(path, new PassThrough()),
        /ends in \.parquet, \.arrow|not compressed as a whole/,
      );
    });
  }

  for (const suffix of ['.jsonl', '.arrow', '.parquet', '.csv', '.jsonl.gz']) {
    it(`${suffix} on a full disk is one sentence, and no file under its name`, async () => {
      const path = newPath(suffix);
      // Linux' file that is always full.
      symlinkSync('/dev/full', `${path}.part`);
      const output = await openOutput(path, new PassThrough());
      const full = { kind: 'internal', message: /\.part cannot be written \(ENOSPC.*the same command again/ };
      await assert.rejects(async () => {
        await output.write(ipc);
        await output.finish();
      }, full);
      await output.abandon();
      assert(!existsSync(path) && !existsSync(`${path}.part.lock`));
    });
  }

  it('"-" is jsonl on stdout', async () => {
    const stdout = new PassThrough();
    const output = await openOutput('-', stdout);
    await output.write(ipc);
    assert.equal(String(stdout.read()), expected.map((row) => `${JSON.stringify(row)}\n`).join(''));
  });

  it('in a folder that is not there, or that is one, is refused', async () => {
    await rejects(openOutput(`${newFolder('.jsonl')}/`, new PassThrough()), /an output ends in/);
    await rejects(openOutput(newFolder('.jsonl'), new PassThrough()), /is a folder; name a file/);
    await rejects(
      openOutput(join(folder, 'no', 'out.jsonl'), new PassThrough()),
      /its folder does not exist/,
    );
  });
});
