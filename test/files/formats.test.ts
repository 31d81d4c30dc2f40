import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { SemtelError } from '../../src/base/error.ts';
import { readBatches } from '../../src/files/read/batches.ts';
import { countRows } from '../../src/files/read/countRows.ts';
import { openInputs } from '../../src/files/read/input.ts';
import { selectRows } from '../../src/files/read/selection.ts';
import { prepare } from '../../src/workers/prepare.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const everything = { limit: undefined, sample: undefined, seed: 0 };
const bounds = { rows: 4, bytes: 1 << 20 };

/** Id and question key of every row: equal keys are equal conversations. */
async function keysOf(...names: readonly string[]) {
  const paths = names.map((name) => resolve(fixtures, name));
  const inputs = await openInputs(paths, { conversation: '', id: undefined });
  const selection = selectRows(await countRows(inputs), everything);
  const found: { id: unknown; key: string }[] = [];
  for await (const { ipc, rows, input } of readBatches(inputs, selection, bounds)) {
    const ids = jsonRows(ipc).map((row) => row[input.id] ?? null);
    const { keys, skipped } = prepare({
      jobId: '',
      ipc,
      rowCount: rows,
      maxRows: bounds.rows,
      columns: { conversation: input.conversation, id: input.id, passthrough: [] },
      questions: [{ digest: 'd', model: 'm', truncate: null }],
      texts: false,
    });
    found.push(...ids.map((id, row) => ({ id, key: skipped[row] ?? keys[0]![row]! })));
  }
  return found;
}

const inOrder = readdirSync(fixtures).filter(
  (name) => !['make.py', 'rows.jsonl', 'spark.parquet'].includes(name),
);

describe('a file that cannot be read is refused in one sentence:', () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-formats-'));
  after(() => rmSync(folder, { recursive: true }));
  const bytesOf = (name: string) => readFileSync(join(fixtures, name));
  const parquet = bytesOf('pyarrow-snappy.parquet');
  const footerless = Buffer.concat([
    parquet.subarray(0, -8),
    Buffer.from([255, 255, 255, 15]),
    parquet.subarray(-4),
  ]);
  const files: readonly [name: string, bytes: Buffer, words: RegExp][] = [
    ['empty.parquet', Buffer.alloc(0), /the file is empty, and no parquet file is/],
    ['empty.arrow', Buffer.alloc(0), /the file is empty, and no arrow file is/],
    ['start.parquet', parquet.subarray(0, 4), /this is not a whole Parquet file \(/],
    ['cut.parquet', parquet.subarray(0, 2000), /this is not a whole Parquet file \(/],
    ['footer.parquet', footerless, /this is not a whole Parquet file \(/],
    ['cut.arrow', bytesOf('polars.arrow').subarray(0, 2000), /not a whole Arrow IPC file or stream/],
    ['cut.arrows', bytesOf('polars.arrows').subarray(0, 2000), /not a whole Arrow IPC file or stream/],
    ['cut.jsonl.gz', bytesOf('rows.jsonl.gz').subarray(0, -20), /its gzip data end in the middle/],
    ['cut.jsonl.zst', bytesOf('rows.jsonl.zst').subarray(0, -20), /its zstd data end in the middle/],
    [
      'bad.jsonl.zst',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8]),
      /its zstd data are damaged/,
    ],
    ['array.json', Buffer.from(' [{"conversation": "a"}]'), /this is a JSON array; write one object a line/],
    [
      'picture.csv',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]),
      /neither Parquet, Arrow, JSON lines nor CSV/,
    ],
  ];
  for (const [name, bytes, words] of files) {
    it(name, async () => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      await rejects(path, words);
    });
  }

  it('a Parquet file damaged anywhere, or it is read, and never hangs', async () => {
    const path = join(folder, 'damaged.parquet');
    await fc.assert(
      fc.asyncProperty(fc.nat(parquet.length - 1), fc.nat(255), async (place, value) => {
        writeFileSync(path, parquet.with(place, value));
        await keysOf(path).catch((error) =>
          assert(error instanceof SemtelError && error.kind === 'input', error),
        );
      }),
      { numRuns: 20 },
    );
  });

  async function rejects(path: string, words: RegExp) {
    await assert.rejects(keysOf(path), (error) => {
      assert(error instanceof SemtelError && error.kind === 'input', String(error));
      assert.match(error.message, words);
      assert(error.message.startsWith(`${path}: `) && !error.message.slice(path.length + 1).includes(path));
      return true;
    });
  }
});

describe('the same conversations', async () => {
  const expected = await keysOf('rows.jsonl');

  it('are twelve, of which the empty ones are skipped', () => {
    assert.deepEqual(
      expected.filter(({ key }) => key.length < 10).map(({ id, key }) => [id, key]),
      [
        ['c02', 'null'],
        ['c03', 'empty'],
        ['c04', 'empty'],
        ['c10', 'empty'],
      ],
    );
    assert.equal(expected.length, 12);
  });

  for (const name of inOrder) {
    it(`are read from ${name}`, async () => {
      assert.deepEqual(await keysOf(name), expected);
    });
  }

  it('are read from parts that Spark made, in the order of their names', async () => {
    const byId = (rows: typeof expected) => rows.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
    assert.deepEqual(byId(await keysOf('spark.parquet')), byId(expected));
  });

  it('are read from files and folders of several formats at once', async () => {
    const names = ['polars.csv', 'spark-days.parquet', 'rows.jsonl.zst', 'polars.arrow', 'spark.json'];
    assert.deepEqual(
      await keysOf(...names),
      names.flatMap(() => expected),
    );
  });
});
