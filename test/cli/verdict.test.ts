import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { statuses } from '../../src/base/answer.ts';
import { SemtelError } from '../../src/base/error.ts';
import { emptyLedger } from '../../src/base/ledger.ts';
import { exitCodes } from '../../src/cli/exitCodes.ts';
import { verdict } from '../../src/cli/run/verdict.ts';
import { ending } from '../../src/cli/words.ts';

const states = fc.record(Object.fromEntries(statuses.map((status) => [status, fc.nat(20)]))) as fc.Arbitrary<
  Record<(typeof statuses)[number], number>
>;

describe('the verdict on a run', () => {
  it('is by its ledger: balance, then budget, then failures, then well', () => {
    fc.assert(
      fc.property(states, fc.double({ min: 0, max: 1, noNaN: true }), (counts, allowFailed) => {
        const questions = statuses.reduce((sum, status) => sum + counts[status], 0);
        const ledger = { ...emptyLedger(), ...counts, rows: questions, questions };
        const expected = { rows: questions, classifiers: 1, allowFailed };
        const bad = questions - counts.ok - counts.skipped;
        const code =
          counts.over_budget > 0
            ? exitCodes.budget
            : bad > allowFailed * questions
              ? exitCodes.notGoodEnough
              : exitCodes.done;
        assert.equal(verdict(ledger, expected).code, code);
        assert.equal(verdict(ledger, { ...expected, rows: questions + 1 }).code, exitCodes.unbalanced);
        assert.equal(
          verdict(ledger, { ...expected, classifiers: 2 }).code,
          questions === 0 ? code : exitCodes.unbalanced,
        );
        assert.equal(verdict({ ...ledger, ok: ledger.ok + 1 }, expected).code, exitCodes.unbalanced);
      }),
    );
  });
});

describe('an error', () => {
  it('ends with the code of its kind', () => {
    const codes = {
      input: 2,
      config: 2,
      prompt: 2,
      unknown_classifier: 2,
      bad_option: 2,
      bad_token: 2,
      endpoints_rejected: 2,
      unreachable: 1,
      overloaded: 1,
      internal: 1,
      unbalanced: 5,
      cancelled: 130,
    } as const;
    for (const [kind, code] of Object.entries(codes)) {
      assert.equal(ending(new SemtelError(kind as keyof typeof codes, 'x')).code, code, kind);
    }
    assert.equal(ending(new Error('x')).code, exitCodes.internal);
  });

  it('is told line by line; a fault of our own with its trace', () => {
    assert.equal(ending(new SemtelError('config', 'a\nb')).words, 'semtel: a\nsemtel: b');
    assert.match(
      ending(new TypeError('x')).words,
      /internal error; please report it\.\nTypeError\n {4}at .*verdict\.test\.ts:/,
    );
  });
});
