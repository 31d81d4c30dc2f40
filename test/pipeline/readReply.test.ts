import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatReply } from '../../src/llm/call.ts';
import { promptFor } from '../../src/pipeline/prompt.ts';
import { readReply } from '../../src/pipeline/readReply.ts';
import { load, topic } from '../classifier/prompts.ts';

const prompt = promptFor([load(topic)]);

function read(text: string, change: Partial<ChatReply> = {}) {
  const reply: ChatReply = {
    text,
    refusal: null,
    finishReason: 'stop',
    model: 'fake',
    endpoint: 'east',
    promptTokens: 100,
    cachedTokens: 0,
    completionTokens: 7,
    attempts: 1,
    latencyMs: 5,
    ...change,
  };
  const [{ status, errorCode, repair, outputs }] = readReply(prompt, reply) as [never];
  return { status, errorCode, repair, outputs };
}

const ok = (repair: string | null) => ({
  status: 'ok',
  errorCode: null,
  repair,
  outputs: { label: 'Food' },
});
const not = (status: string, errorCode: string) => ({ status, errorCode, repair: null, outputs: null });

test('repairs are named in the row, in the order applied', () => {
  assert.deepEqual(read('{"label":"Food"}'), ok(null));
  assert.deepEqual(read('```json\n{"label":"food"}\n```'), ok('fences+wrong_case'));
});

test('a refusal and a content filter end the row whatever the text says', () => {
  const text = '{"label":"Food"}';
  assert.deepEqual(read(text, { refusal: 'No.' }), not('refused', 'model_refusal'));
  assert.deepEqual(read(text, { finishReason: 'content_filter' }), not('refused', 'content_filter'));
});

test('a reply cut at its limit counts only if it needs no repair', () => {
  const finishReason = 'length';
  assert.deepEqual(read(`{"label":"Food"}${'\n'.repeat(50)}`, { finishReason }), ok(null));
  assert.deepEqual(read('{"label":"Food"} But', { finishReason }), not('invalid', 'truncated_reply'));
  assert.deepEqual(read('{"label":"Fo', { finishReason }), not('invalid', 'truncated_reply'));
});
