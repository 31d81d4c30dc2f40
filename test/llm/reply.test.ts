import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readReply } from '../../src/llm/http/reply.ts';

const body = (choice: object, usage?: object) =>
  JSON.stringify({ model: 'm-2026', choices: [choice], ...(usage === undefined ? {} : { usage }) });

test('text, refusal, reason, model and usage are read', () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 7,
    prompt_tokens_details: { cached_tokens: 64 },
  };
  const choice = { message: { content: '{"a":1}', refusal: null }, finish_reason: 'length' };
  assert.deepEqual(readReply(body(choice, usage), 'm'), {
    text: '{"a":1}',
    refusal: null,
    finishReason: 'length',
    model: 'm-2026',
    promptTokens: 100,
    cachedTokens: 64,
    completionTokens: 7,
  });
});

test('cached tokens are read under each name they have, and are never more than the prompt', () => {
  const cached = (usage: object) =>
    readReply(body({ message: { content: '' } }, { prompt_tokens: 100, ...usage }), 'm')?.cachedTokens;
  assert.equal(cached({ prompt_tokens_details: { cached_tokens: 64 }, cache_read_input_tokens: 3 }), 64);
  assert.equal(cached({ prompt_tokens_details: null, prompt_cache_hit_tokens: 64 }), 64);
  assert.equal(cached({ prompt_tokens_details: {}, cache_read_input_tokens: 64 }), 64);
  assert.equal(cached({ prompt_tokens_details: { cached_tokens: 400 } }), 100);
  assert.equal(cached({ prompt_tokens_details: { cached_tokens: null }, cache_read_input_tokens: '9' }), 0);
});

test('a refusal without content, content in parts and missing usage are read', () => {
  const refusal = readReply(body({ message: { content: null, refusal: 'I cannot.' } }), 'm');
  assert.deepEqual([refusal?.text, refusal?.refusal, refusal?.finishReason], ['', 'I cannot.', 'other']);
  assert.equal(refusal?.promptTokens, 0);
  const parts = [{ type: 'text', text: 'a' }, { type: 'image' }, { type: 'text', text: 'b' }];
  assert.equal(readReply(body({ message: { content: parts } }), 'm')?.text, 'ab');
});

test('what is no chat completion gives null', () => {
  for (const text of ['', '<html>', '{', 'null', '[]', '{}', '{"choices":[]}', '{"choices":[{}]}']) {
    assert.equal(readReply(text, 'm'), null, text);
  }
});

test('property: no JSON makes the reader throw', () => {
  fc.assert(fc.property(fc.json(), (text) => void readReply(text, 'm')));
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (message, usage) => {
      readReply(JSON.stringify({ choices: [{ message }], usage }), 'm');
    }),
  );
});
