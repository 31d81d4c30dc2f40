import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { defaultControl } from '../../src/simulate/control.ts';
import { callFaults, drawFault, faultNames } from '../../src/simulate/faults.ts';

const none = defaultControl.faults;

function shares(probabilities: typeof none, draws = 20_000): Record<string, number> {
  const random = seededRandom(3);
  const counts: Record<string, number> = {};
  for (let i = 0; i < draws; i++) {
    const fault = drawFault(callFaults, probabilities, random) ?? 'none';
    counts[fault] = (counts[fault] ?? 0) + 1 / draws;
  }
  return counts;
}

test('each fault comes with its own probability', () => {
  const seen = shares({ ...none, '500': 0.2, hang: 0.05, fenced: 1 });
  assert.ok(Math.abs(seen['500']! - 0.2) < 0.01);
  assert.ok(Math.abs(seen.hang! - 0.05) < 0.01);
  assert.equal(seen.fenced, undefined);
});

test('probabilities of more than 1 together keep their proportion', () => {
  const seen = shares({ ...none, '500': 1, '503': 1 });
  assert.ok(Math.abs(seen['500']! - 0.5) < 0.02);
  assert.equal(seen.none, undefined);
});

test('a probability of 1 always hits and of 0 never, and each draw takes one random number', () => {
  for (const name of faultNames) {
    assert.equal(
      drawFault([name], { ...none, [name]: 1 }, () => 0.999_999),
      name,
    );
    assert.equal(
      drawFault([name], none, () => 0),
      null,
    );
  }
  let taken = 0;
  drawFault(callFaults, none, () => ++taken / 10);
  assert.equal(taken, 1);
});
