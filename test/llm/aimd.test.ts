import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Aimd } from '../../src/llm/concurrency/aimd.ts';

test('before the first drop every success adds one: doubling each round trip', () => {
  const aimd = new Aimd(20, 100, 0.9);
  for (let i = 0; i < 20; i++) aimd.succeeded(20);
  assert.equal(aimd.limit, 40);
});

test('a drop cuts by a tenth, after it a whole round trip adds one', () => {
  const aimd = new Aimd(20, 100, 0.9);
  aimd.dropped(0, 10);
  assert.equal(aimd.limit, 18);
  for (let i = 0; i < 19; i++) aimd.succeeded(18);
  assert.equal(aimd.limit, 19);
});

test('requests sent before a cut do not cut again', () => {
  const aimd = new Aimd(20, 100, 0.9);
  assert.equal(aimd.dropped(5, 10), true);
  assert.equal(aimd.dropped(9, 11), false);
  assert.equal(aimd.limit, 18);
  assert.equal(aimd.dropped(10, 20), true);
  assert.equal(aimd.limit, 16);
});

test('a limit that is not used does not grow', () => {
  const aimd = new Aimd(20, 100, 0.9);
  aimd.succeeded(9);
  assert.equal(aimd.limit, 20);
  aimd.succeeded(10);
  assert.equal(aimd.limit, 21);
});

test('the limit stays between 1 and the maximum', () => {
  const aimd = new Aimd(20, 25, 0.5);
  for (let i = 0; i < 50; i++) aimd.succeeded(25);
  assert.equal(aimd.limit, 25);
  for (let i = 0; i < 50; i++) aimd.dropped(i, i);
  assert.equal(aimd.limit, 1);
});
