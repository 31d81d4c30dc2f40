import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { SemtelError } from '../../src/base/error.ts';
import { openScope, type Scope } from '../../src/base/scope.ts';
import type { EndpointConfig, StructuredMode } from '../../src/llm/config.ts';
import { openaiSend } from '../../src/llm/http/send.ts';
import { openTransport } from '../../src/llm/http/transport.ts';
import { fakeClock } from '../fakeClock.ts';
import { until } from '../until.ts';
import { endpoint, request } from './setUp.ts';

type Handler = (body: Record<string, unknown>, res: ServerResponse, req: IncomingMessage) => void;

const forever: Scope = { deadlineMs: Number.POSITIVE_INFINITY, ended: undefined, onEnd: () => () => {} };

const completion = JSON.stringify({
  model: 'm-2026',
  choices: [{ message: { role: 'assistant', content: '{"label":"Health"}' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 90, completion_tokens: 5, total_tokens: 95 },
});

function reply(
  res: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** A server over real sockets, and a sender to it; both are gone when the test ends. */
async function sockets(t: TestContext, handler: Handler, maxReplyBytes = 100_000) {
  let connections = 0;
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    handler(JSON.parse(text), res, req);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const configure = (more: Partial<EndpointConfig> = {}) =>
    endpoint('east', { baseUrl: `http://127.0.0.1:${port}/v1`, maxConcurrency: 4, ...more });
  const transport = openTransport([configure()], maxReplyBytes);
  t.after(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  const sender = openaiSend(transport);
  return {
    send(
      scope: Scope = forever,
      more: Partial<EndpointConfig> = {},
      structured: StructuredMode = 'json_schema',
    ) {
      const config = configure(more);
      return sender(
        { config, apiKey: config.apiKey(), structured },
        request({ parameters: { seed: 7 } }),
        scope,
      );
    },
    get connections() {
      return connections;
    },
  };
}

test('a request carries model, messages, limits and schema, and its reply is read', async (t) => {
  const seen: { body?: Record<string, unknown>; req?: IncomingMessage } = {};
  const { send } = await sockets(t, (body, res, req) => {
    Object.assign(seen, { body, req });
    reply(res, 200, completion, {
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '900',
    });
  });
  const result = await send(forever, {
    headers: { 'x-team': 'a' },
    query: { 'api-version': '2024-10-21' },
    request: { seed: null, user: 'semtel' },
  });
  assert.equal(result.outcome, 'ok');
  assert.ok(result.outcome === 'ok');
  assert.deepEqual(
    [result.reply.text, result.reply.promptTokens, result.rates.tokens],
    ['{"label":"Health"}', 90, { limit: 1000, remaining: 900 }],
  );
  assert.deepEqual(seen.body, {
    model: 'm',
    messages: [{ role: 'user', content: 'secret words of the user' }],
    max_completion_tokens: 10,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'topic', strict: true, schema: { type: 'object' } },
    },
    user: 'semtel',
  });
  assert.equal(seen.req?.url, '/v1/chat/completions?api-version=2024-10-21');
  assert.equal(seen.req?.headers.authorization, 'Bearer key-of-east');
  assert.equal(seen.req?.headers['x-team'], 'a');
});

test('without a key there is no Authorization header, and the simpler modes ask simpler', async (t) => {
  const formats: unknown[] = [];
  const keys: unknown[] = [];
  const { send } = await sockets(t, (body, res, req) => {
    formats.push(body.response_format);
    keys.push(req.headers.authorization, req.headers['api-key']);
    reply(res, 200, completion);
  });
  const keyless = { apiKey: () => '', headers: { 'api-key': 'azure' } };
  await send(forever, keyless, 'json_object');
  await send(forever, keyless, 'text');
  assert.deepEqual(formats, [{ type: 'json_object' }, undefined]);
  assert.deepEqual(keys, [undefined, 'azure', undefined, 'azure']);
});

test('a key that is no header value is a refusal, and is not repeated', async (t) => {
  const { send } = await sockets(t, (_, res) => reply(res, 200, completion));
  const result = await send(forever, { apiKey: () => 'secret\nkey' });
  assert.deepEqual(
    [result.outcome, result.outcome === 'ok' || result.reason],
    ['rejected', 'has a key or header that HTTP does not allow'],
  );
});

test('connections are kept and used again', async (t) => {
  const server = await sockets(t, (_, res) => reply(res, 200, completion));
  for (let i = 0; i < 20; i++) await server.send();
  assert.ok(server.connections <= 2);
  await Promise.all(Array.from({ length: 40 }, () => server.send()));
  assert.ok(server.connections <= 4);
});

test('a 429 is throttled with the time it asks for, a spent account is a refusal', async (t) => {
  let code = 'rate_limit_exceeded';
  const { send } = await sockets(t, (_, res) =>
    reply(res, 429, JSON.stringify({ error: { code, type: 'tokens', message: 'secret' } }), {
      'retry-after-ms': '1200',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '0',
    }),
  );
  const throttled = await send();
  assert.ok(throttled.outcome === 'throttled');
  assert.equal(throttled.retryAfterMs, 1200);
  assert.equal(throttled.rates.tokens.remaining, 0);
  assert.equal(throttled.reason, 'answered HTTP 429 (tokens, rate_limit_exceeded)');
  code = 'insufficient_quota';
  assert.equal((await send()).outcome, 'rejected');
});

test('nothing of an error reply but codes is repeated, and nothing is retried', async (t) => {
  let requests = 0;
  const { send } = await sockets(t, (body, res) => {
    requests += 1;
    const message = `Bad key key-of-east in ${JSON.stringify(body)}`;
    reply(res, 500, JSON.stringify({ error: { message, code: message, type: 'key-of-east' } }));
  });
  const result = await send();
  assert.deepEqual(
    [result.outcome, result.outcome === 'ok' || result.reason],
    ['server_error', 'answered HTTP 500'],
  );
  assert.equal(requests, 1);
});

test('a reset, a cut reply, a refused connection and an endless reply are failed connections', async (t) => {
  const handlers: Handler[] = [
    (_, res) => res.destroy(),
    (_, res) => {
      res.writeHead(200, { 'content-length': '5000' }).write('{"choi', () => res.destroy());
    },
    (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (res.write('x'.repeat(10_000)) && !res.destroyed);
      };
      res.on('drain', more);
      more();
    },
  ];
  const { send } = await sockets(t, (body, res, req) => handlers.shift()!(body, res, req));
  for (const expected of [/UND_ERR_SOCKET/, /UND_ERR_SOCKET/, /REPLY_TOO_LONG/]) {
    const result = await send();
    assert.ok(result.outcome === 'connection');
    assert.match(result.reason, expected);
    assert.ok(result.mayBeBilled);
  }
  const refused = await send(forever, { baseUrl: 'http://127.0.0.1:1/v1' });
  assert.ok(refused.outcome === 'connection');
  assert.match(refused.reason, /ECONNREFUSED/);
  assert.ok(!refused.mayBeBilled);
});

test('a body that is no chat completion is an error of the server', async (t) => {
  for (const body of ['{"choices": [', '<html>', '', '{}']) {
    const { send } = await sockets(t, (_, res) => reply(res, 200, body));
    assert.equal((await send()).outcome, 'server_error');
  }
});

test('the end of the scope ends the request at once, also before it has a connection', async (t) => {
  const open = new Set<ServerResponse>();
  const server = await sockets(t, (_, res) => {
    open.add(res);
    res.on('close', () => open.delete(res));
  });
  const scope = openScope(systemClock);
  const sending = Array.from({ length: 8 }, () => server.send(scope));
  await until(() => open.size === 4);
  scope.end(new SemtelError('cancelled', 'Enough.'));
  assert.deepEqual([...new Set((await Promise.all(sending)).map(({ outcome }) => outcome))], ['aborted']);
  await until(() => open.size === 0);
  assert.equal((await server.send(scope)).outcome, 'aborted');
});

test('a reply that comes a byte now and then is a timeout, and its connection is closed', async (t) => {
  let dripped = 0;
  let closed = false;
  const { send } = await sockets(t, (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => {
      res.write(' ');
      dripped += 1;
    }, 5);
    res.on('close', () => {
      clearInterval(drip);
      closed = true;
    });
  });
  const clock = fakeClock();
  const sending = send(openScope(clock, { deadlineMs: 40 }));
  await until(() => dripped > 3);
  await clock.advance(40);
  assert.equal((await sending).outcome, 'timeout');
  await until(() => closed);
});

test('a deadline is a timeout', async (t) => {
  const { send } = await sockets(t, () => {});
  const scope = openScope(systemClock, { deadlineMs: systemClock.now() + 20 });
  assert.equal((await send(scope)).outcome, 'timeout');
});
