import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { traceOf } from '../../src/base/error.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail('nothing was thrown');
};

test('a trace tells what was thrown and where, and quotes nothing', () => {
  const text = 'my diagnosis\n    at home';
  for (const error of [
    thrownBy(() => JSON.parse(text)),
    thrownBy(() => new URL(text)),
    thrownBy(() => {
      throw new RangeError(`no "${text}"`);
    }),
    thrownBy(() => {
      (text as unknown as { mood: string }).mood = 'low';
    }),
  ]) {
    const trace = traceOf(error);
    assert.match(trace, /^\w*Error/);
    assert.match(trace, /\n {4}at .*error\.test\.ts:\d+/);
    assert.doesNotMatch(trace, /diagnosis|home/);
  }
  assert.equal(traceOf(text), 'a thrown string');
});

test('the words of the operating system are kept', () => {
  assert.match(traceOf(thrownBy(() => readFileSync('/absent'))), /^Error ENOENT: ENOENT: no such file/);
});
