import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plan } from '../../src/pipeline/plan.ts';
import { echoClassifier } from './parts.ts';

const classifiers = [
  echoClassifier('a', true),
  echoClassifier('b', true),
  echoClassifier('c'),
  echoClassifier('d', true),
];
const combinable = (group: readonly { combine: boolean }[]) => group.every(({ combine }) => combine);

const aQuestion = fc.record({ row: fc.nat(3), classifier: fc.nat(3), key: fc.constant(''), text: fc.nat(1) });

test('every question stands in exactly one call, and a call has one row, one text and one model', () => {
  fc.assert(
    fc.property(
      fc.array(aQuestion),
      fc.boolean(),
      fc.array(fc.constantFrom('x', 'y'), { minLength: 4, maxLength: 4 }),
      (questions, combine, models) => {
        const calls = plan(questions, { classifiers, models, combinable: combine ? combinable : null });
        assert.equal(calls.flatMap((call) => call.questions).length, questions.length);
        assert.equal(new Set(calls.flatMap((call) => call.questions)).size, questions.length);
        for (const { questions: together, model } of calls) {
          assert.equal(new Set(together.map(({ row, text }) => `${row} ${text}`)).size, 1);
          for (const { classifier } of together) assert.equal(models[classifier], model);
          if (together.length > 1)
            assert.ok(combine && combinable(together.map(({ classifier }) => classifiers[classifier]!)));
        }
      },
    ),
  );
});

test('those that may share a request do; the others are asked alone', () => {
  const row = (classifier: number) => ({ row: 0, text: 0, key: '', classifier });
  const models = ['x', 'x', 'x', 'x'];
  const calls = plan([0, 1, 2, 3].map(row), { classifiers, models, combinable });
  assert.deepEqual(
    calls.map(({ questions }) => questions.map(({ classifier }) => classifier)),
    [[0, 1, 3], [2]],
  );
});
