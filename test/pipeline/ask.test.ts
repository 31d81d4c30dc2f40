import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { openScope } from '../../src/base/scope.ts';
import { type Call, CallError, type ChatReply } from '../../src/llm/call.ts';
import { ask } from '../../src/pipeline/ask.ts';
import { promptFor } from '../../src/pipeline/prompt.ts';
import { echoClassifier } from './parts.ts';

const reply: Omit<ChatReply, 'text'> = {
  refusal: null,
  finishReason: 'stop',
  model: 'm',
  endpoint: 'e',
  promptTokens: 10,
  cachedTokens: 0,
  completionTokens: 1,
  attempts: 1,
  latencyMs: 1,
};

test('what an endpoint rejects as a whole is asked one by one, and every request is counted once', async () => {
  const classifiers = [echoClassifier('a', true), echoClassifier('b', true)];
  const asked: string[] = [];
  const call: Call = async ({ responseSchema: { name } }) => {
    asked.push(name);
    if (name === 'a_b') throw new CallError('context_length', 'Too long.', { attempts: 1 });
    return { ...reply, text: `${name}: yes` };
  };
  const scope = openScope(systemClock);
  const settled = await ask(
    {
      prompt: promptFor(classifiers),
      model: 'default',
      conversation: () => '[]',
      conversationBytes: 2,
      jobId: 'j',
      weight: 1,
      onAttempt() {},
      onTrouble() {},
    },
    call,
    scope,
  );
  scope.dispose();
  assert.deepEqual(asked, ['a_b', 'a', 'b']);
  assert.deepEqual(
    settled.map(({ answer, calls }) => [answer.status, answer.attempts, answer.callQuestions, calls]),
    [
      ['ok', 2, 1, 2],
      ['ok', 2, 1, 1],
    ],
  );
});
