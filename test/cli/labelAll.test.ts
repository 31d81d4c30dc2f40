import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Field, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { emptyLedger, type Ledger } from '../../src/base/ledger.ts';
import { openScope } from '../../src/base/scope.ts';
import { labelAll } from '../../src/cli/run/labelAll.ts';
import type { Labelled, Labeller } from '../../src/cli/run/labeller.ts';
import { progressMeter } from '../../src/cli/run/progressMeter.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { InputBatch } from '../../src/files/read/batches.ts';
import { fakeClock } from '../fakeClock.ts';

const silent = { columns: undefined, say() {}, update() {} } as unknown as Terminal;
const ledgerOf = (rows: number): Ledger => ({ ...emptyLedger(), rows, questions: rows, ok: rows });

async function* batchesOf(sizes: readonly number[]): AsyncGenerator<InputBatch> {
  for (const [index, rows] of sizes.entries()) {
    yield { ipc: Uint8Array.of(index), rows, input: {} as InputBatch['input'] };
  }
}

/** So many answers under `topic`, all in one state. */
function answersOf(rows: number, status = 'ok'): Uint8Array {
  const answers = Array.from({ length: rows }, () => ({ status }));
  const type = new Struct([new Field('status', new Utf8(), true)]);
  return tableToIPC(new Table({ topic: vectorFromArray(answers, type) }), 'stream');
}

function labelling(sizes: readonly number[], answer: (batch: InputBatch) => Promise<Labelled>) {
  const clock = fakeClock();
  const written: Uint8Array[] = [];
  const meter = progressMeter(0, clock, silent);
  const labeller = { label: answer, classifiers: [{ name: 'topic' }] } as unknown as Labeller;
  const output = {
    write: async (ipc: Uint8Array) => void written.push(ipc),
    finish: async () => {},
    abandon: async () => true,
  };
  const done = labelAll(batchesOf(sizes), labeller, output, meter, openScope(clock));
  return { clock, written, meter, done };
}

describe('labelling all', () => {
  it('writes every batch once, in order, at most eight asked at once, whatever order answers come in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(9), fc.nat(50)), { maxLength: 40 }), async (plan) => {
        let open = 0;
        let most = 0;
        const clock = fakeClock();
        const answers = plan.map(([rows]) => answersOf(rows));
        const run = labelling(
          plan.map(([rows]) => rows),
          async ({ ipc, rows }) => {
            most = Math.max(most, ++open);
            await new Promise<void>((resolve) => clock.after(plan[ipc[0]!]![1], resolve));
            open--;
            return { ipc: answers[ipc[0]!]!, rows, ledger: ledgerOf(rows) };
          },
        );
        for (let left = plan.length; left >= 0; left--) await clock.advance(50);
        await run.done;
        assert.deepEqual(
          run.written.map((ipc) => answers.indexOf(ipc)),
          plan.map((_, index) => index),
        );
        assert.equal(
          run.meter.ledger.rows,
          plan.reduce((sum, [rows]) => sum + rows, 0),
        );
        assert(most <= 8);
      }),
      { numRuns: 50 },
    );
  });

  it('fails when what comes back is not the answer to what was sent', async () => {
    const right = { ipc: answersOf(3), rows: 3, ledger: ledgerOf(3) };
    const wrong: [Partial<Labelled>, RegExp][] = [
      [{ rows: 2 }, /3 rows were sent and 2 came back/],
      [{ ipc: answersOf(2) }, /3 rows were sent and 2 came back/],
      [{ ipc: answersOf(4) }, /3 rows were sent and 4 came back/],
      [{ ledger: ledgerOf(4) }, /3 rows were sent and 4 came back/],
      [{ ledger: { ...ledgerOf(3), questions: 6 } }, /6 questions were counted where 3 rows x 1 classifiers/],
      [{ ledger: { ...ledgerOf(3), ok: 2 } }, /1 of them without a state/],
      [{ ipc: answersOf(3, 'failed') }, /3 answers are counted as ok, and 0 are/],
      [{ ipc: answersOf(3, 'fine') }, /3 answers are counted as ok, and 0 are/],
    ];
    for (const [lie, words] of wrong) {
      const run = labelling([3], async () => ({ ...right, ...lie }));
      await assert.rejects(run.done, { kind: 'unbalanced', message: words });
      assert.deepEqual(run.written, []);
    }
  });

  it('stops at the first batch that fails, after those before it were written', async () => {
    const run = labelling([1, 1, 1], async ({ ipc, rows }) => {
      if (ipc[0] === 1) throw new SemtelError('internal', 'lost');
      return { ipc: answersOf(rows), rows, ledger: ledgerOf(rows) };
    });
    await assert.rejects(run.done, /lost/);
    assert.equal(run.written.length, 1);
  });
});
