import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from '../../src/server/client.ts';
import { apiKey, assertNoSecret, assertNoText, type Captured, filesIn, token } from './canary.ts';
import { startServe, withFolder } from './serveProcess.ts';
import { batchOf } from './stack.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What each conversation begins with; nothing of it may be seen again. */
const secretText = 'canary: my diagnosis, told to nobody';

const chat = (content: string) => JSON.stringify({ choices: [{ message: { content } }], usage: {} });
const refusal = (message: string, code: string) =>
  JSON.stringify({ error: { message, code, type: code, param: code } });

/** An endpoint for each way to answer with words that it was given: key, header, prompt. */
const indiscreet: Readonly<Record<string, (response: ServerResponse, prompt: string) => void>> = {
  key: (response) =>
    response
      .writeHead(401)
      .end(refusal(`Incorrect API key provided: ${apiKey}.`, apiKey.replaceAll('-', '_'))),
  header: (response) => response.writeHead(403).end(refusal(`Who is ${token}?`, token)),
  quoting: (response, prompt) => response.writeHead(400).end(refusal(prompt, secretText)),
  unreadable: (response, prompt) => response.end(chat(`I read: ${secretText} ${prompt}`)),
  outside: (response) => response.end(chat(JSON.stringify({ label: secretText, subtopic: secretText }))),
  extra: (response) => response.end(chat(JSON.stringify({ [secretText]: 'Health' }))),
  broken: (response, prompt) => response.end(`${secretText} ${prompt}`),
  failing: (response, prompt) => response.writeHead(500).end(`${secretText} ${prompt}`),
  cut: (response, prompt) => response.writeHead(200, { 'content-length': 1e6 }).end(prompt),
};

/** Addresses that were sent the text. */
const quoted = new Set<string>();
const endpoint = createServer(async (request, response) => {
  const prompt = await text(request);
  if (prompt.includes(secretText)) quoted.add(request.url!);
  assert.equal(request.headers.authorization, `Bearer ${apiKey}`);
  indiscreet[request.url!.split('/')[1]!]!(response, prompt);
});
before(() => new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve)));
after(() => {
  endpoint.closeAllConnections();
  endpoint.close();
});

const settings = () => {
  const { port } = endpoint.address() as AddressInfo;
  const models = Object.keys(indiscreet).map(
    (name) =>
      `  "${name}": { endpoints: [{ base_url: "http://127.0.0.1:${port}/${name}/v1", model: m, api_key: ${apiKey}, headers: { x-mine: ${token} } }] }`,
  );
  return `timeouts: { row_s: 3 }\nauth: { tokens: [{ name: nightly, token: ${token} }] }\nmodels:\n${models.join('\n')}\n`;
};

/** Everything that a command says, and its exit code. */
async function semtel(folder: string, ...args: string[]): Promise<{ code: number; words: string }> {
  const child = spawn(process.execPath, [main, ...args, '--log-level', 'debug'], {
    cwd: folder,
    env: { PATH: process.env.PATH, OPENAI_LOG: 'debug' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: child.exitCode ?? ((await once(child, 'close')) as [number])[0], words: out + err };
}

it('whatever endpoints quote, neither key nor token nor text comes out of a server', async () => {
  await withFolder(async (folder) => {
    const server = await startServe(folder, settings());
    const client = connect(server.address, { token });
    const captured: Captured[] = [];
    const ask = async (model: string, batch: { ipc: Uint8Array; rowCount: number }, by = client) => {
      const options = { classifiers: ['topic'], model, jobId: model };
      const told = await by.classify(options, batch).then(
        (result) => result.batch.ipc,
        (error: unknown) => String(error),
      );
      captured.push([`answer of ${model}`, told]);
    };
    const conversations = [
      `${secretText} 1`,
      `[{"role": "user", "content": "${secretText}`,
      `[${secretText}`,
    ];
    await Promise.all(Object.keys(indiscreet).map((model) => ask(model, batchOf(conversations))));
    const broken = new TextEncoder().encode(secretText);
    await ask('broken', { ipc: broken, rowCount: 1 });
    await ask(secretText, { ipc: broken, rowCount: 1 });
    const stranger = connect(server.address, { token: `${token}x` });
    await ask('broken', batchOf(conversations), stranger);
    for (const page of ['/', '/metrics', '/jobs']) {
      const headers = { authorization: `Bearer ${token}` };
      captured.push([page, await (await fetch(`${server.status}${page}`, { headers })).text()]);
    }
    assert.equal(captured.length, Object.keys(indiscreet).length + 6);
    assert.equal(quoted.size, Object.keys(indiscreet).length);
    for (const each of [client, stranger]) each.close();
    server.kill('SIGTERM');
    assert.equal(await server.ended, 0);
    captured.push(['log', server.words()]);
    assert.match(server.words(), /Endpoint refuses this account/);
    const files = [...filesIn(folder, ['semtel.yaml'])];
    assertNoSecret([...captured, ...files]);
    // A client is told the model that it asked for; nobody else is.
    const asked = captured.filter(([what]) => !what.includes(secretText));
    assertNoText([...asked, ...files], [secretText]);
  });
});

it('nor out of `semtel run` and `semtel check`', async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'semtel.yaml'), `${settings()}\nlisten: 127.0.0.1:0\n`);
    const line = JSON.stringify({ id: '1', conversation: secretText });
    writeFileSync(join(folder, 'in.jsonl'), line);
    const captured: Captured[] = [];
    const run = 'run in.jsonl -c topic -o out.jsonl --model quoting';
    for (const command of [run, 'check']) {
      const { code, words } = await semtel(folder, ...command.split(' '));
      assert.equal(code, 3, words);
      captured.push([`words of ${command}`, words]);
    }
    captured.push(...filesIn(folder, ['semtel.yaml', 'in.jsonl']));
    assert(captured.some(([what]) => what === 'file out.jsonl.semtel.json'));
    assertNoSecret(captured);
    assertNoText(captured, [secretText]);
  });
});
