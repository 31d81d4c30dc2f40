import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { until } from '../until.ts';
import { body, conversation, labels, object } from './requests.ts';

const instant = { latency_ms: 0, latency_sigma: 0 };
const asked = body({ user: conversation('my doctor'), schema: object({ label: labels('Health', 'Other') }) });

let simulator: Simulator;
let seen: [string, string][] = [];
before(async () => {
  const onRequest = (endpoint: string, text: string) => seen.push([endpoint, text]);
  simulator = await startSimulator({ port: 0, control: instant, onRequest });
});
beforeEach(() => {
  simulator.reset();
  seen = [];
});
after(() => simulator.close());

async function post(path: string, payload: unknown, headers: Record<string, string> = {}) {
  const bytes = payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload));
  const response = await fetch(simulator.url + path, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers,
  });
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at what came
  const json: any = await response.json();
  return { status: response.status, headers: response.headers, json };
}
const chat = (payload: unknown = asked, endpoint = '') =>
  post(`${endpoint === '' ? '' : `/${endpoint}`}/v1/chat/completions`, payload);

test('a chat completion has the shape of OpenAI', async () => {
  const { status, headers, json } = await chat();
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'application/json');
  const { id, created, usage, ...rest } = json;
  assert.match(id, /^chatcmpl-simulated-/);
  assert.ok(Math.abs(created * 1_000 - Date.now()) < 60_000);
  assert.deepEqual(rest, {
    object: 'chat.completion',
    model: 'simulated-m',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: '{"label":"Health"}', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
  });
  assert.equal(usage.prompt_tokens + usage.completion_tokens, usage.total_tokens);
  assert.deepEqual(usage.prompt_tokens_details, { cached_tokens: 0 });
});

test('requests that a real endpoint would refuse are refused, with the parameter named', async () => {
  const message = { role: 'user', content: 'x' };
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const strict = { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } };
  const wrong: [unknown, number, string | null][] = [
    [Buffer.from('{"model":'), 400, null],
    [Buffer.from('[]'), 400, null],
    [{ messages: [message] }, 400, 'model'],
    [{ model: 'm' }, 400, 'messages'],
    [{ model: 'm', messages: [] }, 400, 'messages'],
    [{ model: 'm', messages: [{ role: 'robot', content: 'x' }] }, 400, 'messages[0].role'],
    [{ model: 'm', messages: [{ role: 'user', content: 5 }] }, 400, 'messages[0].content'],
    [{ model: 'm', messages: [message], stream: true }, 400, 'stream'],
    [{ model: 'm', messages: [message], max_tokens: 1, max_completion_tokens: 1 }, 400, 'max_tokens'],
    [{ model: 'm', messages: [message], max_completion_tokens: 0 }, 400, 'max_completion_tokens'],
    [{ model: 'm', messages: [message], response_format: { type: 'xml' } }, 400, 'response_format.type'],
    [{ model: 'm', messages: [message], response_format: { type: 'json_object' } }, 400, 'messages'],
    [{ model: 'm', messages: [message], response_format: strict }, 400, 'response_format'],
  ];
  for (const [payload, status, param] of wrong) {
    const answer = await chat(payload);
    assert.deepEqual([answer.status, answer.json.error.param], [status, param]);
    assert.equal(answer.json.error.type, 'invalid_request_error');
  }
  assert.equal(simulator.stats().endpoints['']!.invalid, wrong.length);
  const long = await chat({ model: 'm', messages: [{ role: 'user', content: 'word '.repeat(130_000) }] });
  assert.deepEqual([long.status, long.json.error.code], [400, 'context_length_exceeded']);
});

test('unknown paths are 404, wrong methods 405, oversized bodies 413', async () => {
  assert.equal((await post('/v2/chat', {})).status, 404);
  const get = await fetch(`${simulator.url}/v1/chat/completions`);
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
  assert.equal((await post('/v1/models', {})).status, 405);
  assert.equal((await chat(Buffer.alloc((32 << 20) + 1, 32))).status, 413);
  const bomb = gzipSync(Buffer.alloc((32 << 20) + 1, 32));
  assert.equal((await post('/v1/chat/completions', bomb, { 'content-encoding': 'gzip' })).status, 413);
});

test('compressed bodies are read', async () => {
  const text = Buffer.from(JSON.stringify(asked));
  const path = '/v1/chat/completions';
  assert.equal((await post(path, gzipSync(text), { 'content-encoding': 'gzip' })).status, 200);
  assert.equal((await post(path, brotliCompressSync(text), { 'content-encoding': 'br' })).status, 200);
  assert.equal((await post(path, text, { 'content-encoding': 'gzip' })).status, 400);
  assert.equal((await post(path, text, { 'content-encoding': 'lzw' })).status, 400);
});

test('an endpoint by path prefix has its own quota and moods', async () => {
  await post('/semtel/control', { endpoint: 'east', rpm: 1, window: '1m' });
  await post('/semtel/control', { endpoint: 'west', faults: { '503': 1 } });
  assert.deepEqual([(await chat(asked, 'east')).status, (await chat(asked, 'east')).status], [200, 429]);
  assert.equal((await chat(asked, 'west')).status, 503);
  assert.equal((await chat()).status, 200);
  assert.deepEqual(
    seen.map(([endpoint]) => endpoint),
    ['east', 'east', 'west', ''],
  );
  assert.deepEqual(JSON.parse(seen[0]![1]), asked);
});

test('control without an endpoint changes all, also those to come; a wrong one changes nothing', async () => {
  await chat(asked, 'east');
  const changed = await post('/semtel/control', { faults: { '401': 1 } });
  assert.deepEqual([changed.status, changed.json.faults['401'], changed.json.latency_ms], [200, 1, 0]);
  assert.deepEqual([(await chat(asked, 'east')).status, (await chat(asked, 'new')).status], [401, 401]);
  const wrong = await post('/semtel/control', { faults: { '401': 0 }, latencyms: 5 });
  assert.equal(wrong.status, 400);
  assert.match(wrong.json.error.message, /"latencyms"; did you mean "latency_ms"/);
  assert.equal((await chat()).status, 401);
});

test('stats count what happened; reset goes back to the start', async () => {
  simulator.control({ faults: { fenced: 1 } });
  const { json } = await chat(asked, 'east');
  const stats = await (await fetch(`${simulator.url}/semtel/stats`)).json();
  const { east } = (stats as ReturnType<Simulator['stats']>).endpoints;
  assert.deepEqual([east!.requests, east!.ok, east!.faults.fenced, east!.in_flight], [1, 1, 1, 0]);
  assert.equal(east!.prompt_tokens, json.usage.prompt_tokens);
  assert.equal(east!.admitted_max['1s'].tokens, json.usage.prompt_tokens + 64);
  assert.ok(east!.first_request_ms !== null && east!.first_request_ms <= east!.last_request_ms!);
  assert.equal((await post('/semtel/reset', {})).status, 200);
  assert.deepEqual(simulator.stats().endpoints, {});
  assert.equal((await chat()).json.choices[0].message.content, '{"label":"Health"}');
});

test('a constant system message is billed as cached from the second time', async () => {
  const long = body({ system: 'word '.repeat(2_000), user: conversation('a') });
  const other = body({ system: 'word '.repeat(2_000), user: conversation('b') });
  assert.equal((await chat(long)).json.usage.prompt_tokens_details.cached_tokens, 0);
  assert.equal((await chat(other)).json.usage.prompt_tokens_details.cached_tokens, 1_920);
  assert.equal(simulator.stats().endpoints['']!.cached_tokens, 1_920);
});

/** Asks, and goes before the answer. */
async function hangUp(): Promise<void> {
  simulator.control({ faults: { hang: 1 } });
  const socket = connect(simulator.port, '127.0.0.1');
  const text = JSON.stringify(asked);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
  const stats = () => simulator.stats().endpoints[''];
  await until(() => (stats()?.faults.hang ?? 0) > 0);
  socket.destroy();
  await until(() => stats()!.in_flight === 0);
  simulator.control({ faults: { hang: 0 } });
}

test('reset breaks the connection, a hang lasts until the client goes', async () => {
  simulator.control({ faults: { reset: 1 } });
  await assert.rejects(chat(), /fetch failed/);
  simulator.control({ faults: { reset: 0 } });
  await hangUp();
  assert.equal(simulator.stats().endpoints['']!.aborted, 1);
});

test('bodies that come again are counted by how they ended before, at whichever endpoint; failures are no ending', async () => {
  simulator.control({ count_repeats: true });
  const repeated = () => Object.values(simulator.stats().endpoints).map((endpoint) => endpoint.repeated);
  await hangUp();
  await chat();
  assert.deepEqual(repeated(), [{ answered: 0, aborted: 1 }]);
  await chat(asked, 'east');
  assert.deepEqual(repeated()[1], { answered: 1, aborted: 0 });
  const other = { ...asked, max_completion_tokens: 65 };
  simulator.control({ faults: { '500': 1 } });
  await chat(other);
  simulator.control({ faults: { '500': 0 } });
  await chat(other);
  assert.deepEqual(repeated()[0], { answered: 0, aborted: 1 });
});

test('embeddings are unit vectors: equal for equal text, near for shared words, of the size asked for', async () => {
  const embed = async (payload: object) =>
    (await post('/v1/embeddings', { model: 'e', ...payload })).json as {
      model: string;
      data: { embedding: number[] }[];
    };
  const { model, data } = await embed({ input: ['a red car', 'a red bus', 'kubernetes outage', ''] });
  const [car, bus, outage, none] = data.map(({ embedding }) => embedding) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  assert.equal(model, 'simulated-e');
  for (const vector of [car, bus, outage, none]) {
    assert.equal(vector.length, 256);
    assert.ok(Math.abs(dot(vector, vector) - 1) < 1e-5);
  }
  assert.ok(dot(car, bus) > 0.5 && dot(car, bus) > dot(car, outage));
  const again = await embed({ input: 'a red car', dimensions: 8 });
  assert.equal(again.data[0]!.embedding.length, 8);
  assert.deepEqual((await embed({ input: 'a red car' })).data[0]!.embedding, car);
  assert.equal((await post('/v1/embeddings', { model: 'e', input: [] })).status, 400);
});

test('the openai client talks to it: chat, embeddings, models, and errors it can tell apart', async () => {
  const client = new OpenAI({ apiKey: 'none', baseURL: `${simulator.url}/east/v1`, maxRetries: 0 });
  const completion = await client.chat.completions.create(asked as never);
  assert.equal(completion.choices[0]!.message.content, '{"label":"Health"}');
  const embeddings = await client.embeddings.create({ model: 'e', input: 'a red car' });
  assert.ok(Math.abs(Math.hypot(...embeddings.data[0]!.embedding) - 1) < 1e-5);
  assert.match((await client.models.list()).data[0]!.id, /^simulated-/);
  simulator.control({ faults: { insufficient_quota: 1 } });
  await assert.rejects(client.chat.completions.create(asked as never), {
    code: 'insufficient_quota',
    status: 429,
  });
});

test('a port in use is a sentence that says what to do', async () => {
  await assert.rejects(startSimulator({ port: simulator.port }), {
    kind: 'config',
    message: /Cannot listen on 127\.0\.0\.1:\d+.*Choose another port/,
  });
});

test('closing drops every connection, calls in progress included', async () => {
  const other = await startSimulator({ port: 0, control: { ...instant, faults: { hang: 1 } } });
  const socket = connect(other.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n{');
  socket.on('error', () => {});
  const dropped = new Promise((resolve) => socket.on('close', resolve));
  await Promise.all([other.close(), dropped]);
});
