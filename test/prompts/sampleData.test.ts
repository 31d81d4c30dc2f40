import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Sample {
  readonly id: string;
  readonly lang: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

const lines = readFileSync(new URL('../../scripts/demo/conversations.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
const samples = lines.map((line): Sample => JSON.parse(line));

test('every sample conversation has 1 to 8 messages of user and assistant', () => {
  for (const { id, messages } of samples) {
    assert.ok(messages.length >= 1 && messages.length <= 8, id);
    for (const message of messages) {
      assert.deepEqual(Object.keys(message), ['role', 'content'], id);
      assert.ok(message.role === 'user' || message.role === 'assistant', id);
      assert.equal(typeof message.content, 'string', id);
    }
  }
});

test('no sample conversation appears twice, by id or by content', () => {
  assert.equal(new Set(samples.map(({ id }) => id)).size, samples.length);
  assert.equal(new Set(samples.map(({ messages }) => JSON.stringify(messages))).size, samples.length);
});

test('the samples cover at least 14 languages', () => {
  assert.ok(new Set(samples.map(({ lang }) => lang)).size >= 14);
});
