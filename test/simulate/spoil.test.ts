import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speak } from '../../src/simulate/answers/spoil.ts';
import { random } from './requests.ts';

const answer = { label: 'Health', score: 7 };
const said = (fault: Parameters<typeof speak>[1], value: unknown = answer) => speak(value, fault, random());
const read = (fault: Parameters<typeof speak>[1], value: unknown = answer) =>
  JSON.parse(said(fault, value).content!);

test('without a fault the reply is plain JSON, or the prose itself', () => {
  assert.deepEqual(said(null), {
    content: '{"label":"Health","score":7}',
    refusal: null,
    finishReason: 'stop',
  });
  assert.equal(said(null, 'no mark').content, 'no mark');
});

test('each reply fault spoils the reply in its own way', () => {
  const whole = JSON.stringify(answer);
  const truncated = said('truncated');
  assert.equal(truncated.finishReason, 'length');
  assert.ok(whole.startsWith(truncated.content!) && truncated.content!.length < whole.length);
  assert.equal(said('fenced').content, `\`\`\`json\n${whole}\n\`\`\``);
  assert.match(said('prose').content!, /^Sure![\s\S]*\{"label":"Health","score":7\}[\s\S]+$/);
  assert.deepEqual(read('wrong_case'), { label: 'HEALTH', score: 7 });
  const near = read('near_miss');
  assert.equal(near.label.length, 5);
  assert.equal(near.score, '7');
  assert.equal(Object.keys(read('dropped_item')).length, 1);
  assert.deepEqual(read('extra_item'), { ...answer, extra: 7 });
  assert.deepEqual([said('refusal').content, typeof said('refusal').refusal], [null, 'string']);
  assert.equal(said('empty').content, '');
});

test('in a pack whole items are dropped and added', () => {
  const pack = { i1: answer, i2: answer };
  assert.equal(Object.keys(read('dropped_item', pack)).length, 1);
  assert.deepEqual(read('extra_item', pack), { ...pack, i99: answer });
});
