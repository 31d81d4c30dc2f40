import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultControl, mergeControl, parseControl } from '../../src/simulate/control.ts';

function complaint(value: unknown): string {
  try {
    parseControl(value);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('an unknown key is named with the nearest known one', () => {
  assert.match(complaint({ latncy_ms: 5 }), /"latncy_ms"; did you mean "latency_ms"/);
  assert.match(
    complaint({ faults: { wrongcase: 1 } }),
    /control\.faults: unknown key "wrongcase"; did you mean "wrong_case"/,
  );
});

test('every broken bound is said with its place', () => {
  assert.match(complaint({ faults: { '500': 1.5 } }), /control\.faults\.500/);
  assert.match(complaint({ window: '5s' }), /control\.window.*continuous/);
  assert.match(complaint({ tpm: -1, rpm: 0.5 }), /control\.tpm[\s\S]*control\.rpm/);
  assert.match(complaint([]), /control: /);
});

test('a change keeps what it does not name, single faults included', () => {
  const first = mergeControl(defaultControl, { tpm: 10, faults: { '500': 0.5 } });
  const second = mergeControl(first, { endpoint: 'east', rpm: 5, faults: { hang: 0.1 } });
  assert.deepEqual(second, {
    ...defaultControl,
    tpm: 10,
    rpm: 5,
    faults: { ...defaultControl.faults, '500': 0.5, hang: 0.1 },
  });
});

test('the whole example of the contract is a valid control message', () => {
  const example = {
    endpoint: 'east',
    seed: 1,
    answers: 'lexical',
    latency_ms: 200,
    latency_sigma: 0.3,
    per_output_token_ms: 0,
    slots: 0,
    tpm: 0,
    rpm: 0,
    window: 'continuous',
    refund: false,
    headers: 'openai',
    retry_after: true,
    faults: Object.fromEntries(
      (
        '500 503 429 401 reset hang slow truncated fenced prose wrong_case near_miss dropped_item extra_item ' +
        'refusal content_filter empty'
      )
        .split(' ')
        .map((name) => [name, 0]),
    ),
  };
  assert.deepEqual(mergeControl(defaultControl, parseControl(example)), defaultControl);
});
