import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createClient } from '@redis/client';
import { connect } from '../../src/server/client.ts';
import { startSimulator } from '../../src/simulate/simulator.ts';
import { newAuthority, noOpenssl } from '../server/authority.ts';
import { freePort, hasRedis, startRedis } from '../store/redisServer.ts';
import { apiKey, assertNoSecret, token } from './canary.ts';
import { startServe, withFolder } from './serveProcess.ts';
import { batchOf } from './stack.ts';

test('a server with certificates on both sides, tokens, and a Redis behind TLS and a password', {
  skip: noOpenssl || (hasRedis ? false : 'there is no redis-server'),
}, async (context) => {
  await withFolder(async (folder) => {
    const authority = newAuthority(folder, 'ours');
    const rootCa = authority.cert;
    const own = authority.sign('server');
    const port = await freePort();
    const redis = await startRedis(
      await freePort(),
      ...['--tls-port', String(port), '--tls-auth-clients', 'no', '--requirepass', apiKey],
      ...['--tls-cert-file', own.cert, '--tls-key-file', own.key, '--tls-ca-cert-file', rootCa],
    );
    context.after(() => redis.stop());
    const simulator = await startSimulator({ port: 0, control: { answers: 'hash' } });
    context.after(() => simulator.close());
    const server = await startServe(
      folder,
      `
models: { default: { endpoints: [{ base_url: "${simulator.url}/v1", model: m, api_key: ${apiKey} }] } }
auth:
  tls: { cert: "${own.cert}", key: "${own.key}", client_ca: "${rootCa}" }
  tokens: [{ name: nightly, token: ${token} }]
store: { url: "rediss://:${apiKey}@localhost:${port}" }
`,
      { NODE_EXTRA_CA_CERTS: rootCa },
    );
    const tls = { rootCa, ...authority.sign('client') };
    const texts = ['Tea or coffee?', 'Which plant likes shade?'];
    const ask = async (options: Parameters<typeof connect>[1]) => {
      const client = connect(server.address, options);
      const result = client.classify({ classifiers: ['topic'] }, batchOf(texts), { timeoutMs: 60_000 });
      return result
        .then(
          ({ ledger }) => ledger.ok,
          ({ kind }) => kind,
        )
        .finally(() => client.close());
    };
    assert.equal(await ask({ token }), 'unreachable');
    assert.equal(await ask({ token, tls: { rootCa } }), 'unreachable');
    assert.equal(await ask({ tls }), 'bad_token');
    assert.equal(await ask({ tls, token: `${token}x` }), 'bad_token');
    assert.equal(await ask({ tls, token }), texts.length);
    const metrics = await (await fetch(`${server.status}/metrics`)).text();
    assert.match(metrics, /^semtel_token_rows_total\{token="nightly"\} 2$/m);
    server.kill('SIGTERM');
    assert.equal(await server.ended, 0);

    const reader = createClient({
      socket: { host: 'localhost', port, tls: true, ca: readFileSync(rootCa) },
      password: apiKey,
    });
    await reader.connect();
    assert.equal(await reader.dbSize(), texts.length);
    reader.destroy();
    assertNoSecret([
      ['log', server.words()],
      ['metrics', metrics],
    ]);
  });
});
