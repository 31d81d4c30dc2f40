import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, describe, it } from 'node:test';
import {
  type DataType,
  Dictionary,
  Int8,
  Int32,
  Int64,
  LargeUtf8,
  Table,
  tableToIPC,
  Uint32,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { jsonRows } from '../../src/arrow/jsonRows.ts';
import { ipcOf } from '../../src/arrow/rows.ts';
import { readBatches } from '../../src/files/read/batches.ts';
import { countRows } from '../../src/files/read/countRows.ts';
import { openInputs } from '../../src/files/read/input.ts';
import { selectRows } from '../../src/files/read/selection.ts';
import { openOutput } from '../../src/files/write/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-ids-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function arrowFile(type: DataType, ids: readonly unknown[]): string {
  const path = join(folder, `${files++}.arrow`);
  const conversation = vectorFromArray(
    ids.map((id) => `of ${id}`),
    new Utf8(),
  );
  writeFileSync(path, tableToIPC(new Table({ id: vectorFromArray(ids, type), conversation }), 'file'));
  return path;
}

function textFile(suffix: string, text: string): string {
  const path = join(folder, `${files++}${suffix}`);
  writeFileSync(path, text);
  return path;
}

/** Batches of all rows, as they would be sent. */
async function batchesOf(paths: readonly string[]): Promise<Uint8Array[]> {
  const inputs = await openInputs(paths, { conversation: '', id: undefined });
  const selection = selectRows(await countRows(inputs), { limit: undefined, sample: undefined, seed: 0 });
  const batches = readBatches(inputs, selection, { rows: 2, bytes: 1 << 20 });
  return (await Array.fromAsync(batches)).map(({ ipc }) => ipc);
}

async function idsOf(paths: readonly string[]) {
  return (await batchesOf(paths)).flatMap((ipc) => jsonRows(ipc)).map(({ id }) => id);
}

describe('ids', () => {
  it('of JSON lines keep all their digits on the way into JSON lines', async () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const input = join(folder, 'large.jsonl');
    const output = join(folder, 'large-out.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(int64), { minLength: 1 }), async (ids) => {
        const lines = ids.map((id) => `{"id":${id},"conversation":"${id}"}\n`).join('');
        writeFileSync(input, lines);
        const written = await openOutput(output, new PassThrough());
        for (const ipc of await batchesOf([input])) await written.write(ipc);
        await written.finish();
        assert.equal(readFileSync(output, 'utf8'), lines);
      }),
    );
  });

  it('of JSON lines beyond 64 bits are refused with their line', async () => {
    const path = textFile(
      '.jsonl',
      '{"id":1,"conversation":"a"}\n{"id":9223372036854775808,"conversation":"a"}\n',
    );
    await assert.rejects(batchesOf([path]), /:2: "id" must be text, or a whole number of 64 bits/);
  });

  it('of text in any layout go together', async () => {
    const paths = [
      arrowFile(new Utf8(), ['a', null]),
      arrowFile(new LargeUtf8(), ['b', null, 'é']),
      arrowFile(new Dictionary(new LargeUtf8(), new Int8()), ['c', 'c', null]),
      textFile('.csv', 'id,conversation\n7,x\n'),
      textFile('.jsonl', '{"id":"d","conversation":"x"}'),
    ];
    const expected = ['a', null, 'b', null, 'é', 'c', 'c', null, '7', 'd'];
    assert.deepEqual(await idsOf(paths), expected);
    assert.deepEqual(await idsOf(paths.toReversed()), [
      'd',
      '7',
      ...['c', 'c', null],
      ...['b', null, 'é'],
      ...['a', null],
    ]);
  });

  it('of whole numbers of any width go together', async () => {
    const paths = [
      arrowFile(new Int8(), [-128, null]),
      arrowFile(new Uint32(), [2 ** 32 - 1, null, 3]),
      arrowFile(new Int32(), [-1]),
      textFile('.jsonl', '{"id":9007199254740993,"conversation":"x"}'),
    ];
    assert.deepEqual(await idsOf(paths), [-128, null, 2 ** 32 - 1, null, 3, -1, '9007199254740993']);
  });

  it('of one type keep it', async () => {
    for (const type of [new LargeUtf8(), new Int32(), new Uint64()]) {
      const ids = type instanceof Uint64 ? [2n ** 64n - 1n] : type instanceof Int32 ? [1] : ['a'];
      const [input] = await openInputs([arrowFile(type, ids), arrowFile(type, ids)], {
        conversation: '',
        id: undefined,
      });
      for await (const rows of input!.read()) assert.equal(String(rows.fields[0]!.type), String(type));
    }
  });

  it('of kinds that no type holds are refused, both files named', async () => {
    const text = arrowFile(new Utf8(), ['a']);
    const numbers = arrowFile(new Int64(), [1n]);
    const larger = arrowFile(new Uint64(), [1n]);
    const none = textFile('.csv', 'conversation\na\n');
    for (const paths of [
      [text, numbers],
      [numbers, larger],
      [text, text, none],
    ]) {
      const names = new RegExp(`^${paths.at(-1)} has .*, ${paths[0]} has .*: label them in two runs`);
      await assert.rejects(batchesOf(paths), { message: names });
    }
  });
});

describe('text', () => {
  it('that begins with U+FEFF keeps it in every text output', async () => {
    const rows = ipcOf([
      (await Array.fromAsync((await openInputs([arrowFile(new Utf8(), ['\uFEFFa'])], wanted))[0]!.read())).at(
        -1,
      )!,
    ]);
    for (const suffix of ['.jsonl', '.csv']) {
      const path = join(folder, `bom${suffix}`);
      const output = await openOutput(path, new PassThrough());
      await output.write(rows);
      await output.finish();
      assert.deepEqual(await idsOf([path]), ['\uFEFFa']);
    }
  });
});

const wanted = { conversation: '', id: undefined };
