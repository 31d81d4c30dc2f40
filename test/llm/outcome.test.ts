import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../src/llm/failure.ts';
import { type ErrorReply, readError } from '../../src/llm/http/errorReply.ts';
import { describeError, failureOf } from '../../src/llm/http/outcome.ts';

const reply = (status: number, more: Partial<ErrorReply> = {}): ErrorReply => ({
  status,
  code: null,
  type: null,
  param: null,
  message: '',
  ...more,
});

const cases: readonly [Failure, ErrorReply][] = [
  ['throttled', reply(429, { code: 'rate_limit_exceeded', type: 'requests' })],
  ['throttled', reply(429)],
  ['rejected', reply(429, { code: 'insufficient_quota', type: 'insufficient_quota' })],
  ['request_rejected', reply(429, { code: 'rate_limit_exceeded', message: 'Request too large for m' })],
  ['rejected', reply(401, { code: 'invalid_api_key' })],
  ['rejected', reply(402)],
  ['rejected', reply(403)],
  ['rejected', reply(404, { code: 'model_not_found' })],
  ['rejected', reply(400, { code: 'billing_hard_limit_reached' })],
  ['timeout', reply(408)],
  ['server_error', reply(409)],
  ['server_error', reply(500)],
  ['server_error', reply(503)],
  ['server_error', reply(529, { type: 'overloaded_error' })],
  ['server_error', reply(301)],
  ['context_length', reply(400, { code: 'context_length_exceeded', param: 'messages' })],
  ['context_length', reply(400, { message: "This model's maximum context length is 4096 tokens." })],
  ['context_length', reply(400, { message: 'prompt is too long: 210000 tokens > 200000 maximum' })],
  ['content_filter', reply(400, { code: 'content_filter' })],
  ['format_rejected', reply(400, { param: 'response_format' })],
  ['format_rejected', reply(400, { message: "Invalid parameter: 'response_format' of type 'json_schema'" })],
  [
    'format_rejected',
    reply(400, {
      message: 'response_format value as json_schema is enabled only for api versions 2024-08-01-preview',
    }),
  ],
  [
    'schema_rejected',
    reply(400, {
      param: 'response_format',
      message: "Invalid schema for response_format 'topic': In context=()",
    }),
  ],
  [
    'schema_rejected',
    reply(400, { message: 'The JSON schema contains features not supported by the grammar.' }),
  ],
  ['request_rejected', reply(400, { param: 'temperature', message: 'a prompt about json_schema' })],
  ['request_rejected', reply(400, { param: 'messages', message: 'a prompt about a schema' })],
  ['request_rejected', reply(413)],
  ['unexplained', reply(422)],
  ['unexplained', reply(400, { message: 'Bad request.' })],
];

for (const [expected, error] of cases) {
  const words = [error.code ?? error.param ?? error.message, error.status].filter((word) => word !== '');
  test(`HTTP ${words.reverse().join(' ')} is ${expected}`, () => {
    assert.equal(failureOf(error), expected);
  });
}

test('an error is described by status, type, code and parameter, never by its message', () => {
  const error = reply(400, {
    type: 'invalid_request_error',
    code: 'unsupported_value',
    param: 'messages[0].role',
    message: 'the prompt was: I feel sad',
  });
  assert.equal(
    describeError(error, ['sk-1']),
    'answered HTTP 400 (invalid_request_error, unsupported_value, parameter messages[0].role)',
  );
});

test('codes that are sentences or hold the key are not repeated', () => {
  assert.equal(describeError(reply(400, { code: 'You said: I feel sad' }), ['']), 'answered HTTP 400');
  assert.equal(
    describeError(reply(401, { code: 'bad_abc123secret' }), ['', 'abc123secret']),
    'answered HTTP 401',
  );
});

test('an error is read from the shapes that servers use, and from none', () => {
  const error = { message: 'm', code: 'c', type: 't', param: 'p' };
  assert.deepEqual(readError(400, JSON.stringify({ error })), { status: 400, ...error });
  // vLLM.
  assert.deepEqual(readError(400, JSON.stringify({ object: 'error', ...error, code: 400 })), {
    status: 400,
    ...error,
    code: null,
  });
  for (const body of ['{"detail": "too long"}', '{"error": "too long"}', '<html>', '', 'null', '[1]']) {
    const nothing = { code: null, type: null, param: null };
    assert.deepEqual(readError(502, body), { status: 502, ...nothing, message: body });
  }
});
