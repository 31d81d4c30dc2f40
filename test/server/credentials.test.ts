import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, credentials, status } from '@grpc/grpc-js';
import { systemClock } from '../../src/base/clock.ts';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { connect } from '../../src/server/client.ts';
import type { ClientTls, ServerTls } from '../../src/server/credentials.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import { newAuthority, noOpenssl } from './authority.ts';
import { fakeService } from './fakeService.ts';
import { listServices } from './reflection.ts';

const start = (tls: ServerTls) =>
  startServer({
    service: fakeService(),
    listen: '127.0.0.1:0',
    tls,
    metrics: noMetrics,
    log: noLog,
    clock: systemClock,
  });

test('TLS: a client that trusts the certificate is served; with client_ca it needs a valid one of its own', {
  skip: noOpenssl,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-tls-'));
  const [ours, theirs] = ['ours', 'theirs'].map((name) => newAuthority(folder, name));
  const own = ours!.sign('server');
  const asks = async (clientCa: string | null, tls: ClientTls) => {
    const server = await start({ ...own, clientCa });
    const dialled = connect(`localhost:${server.port}`, { tls });
    try {
      return (await dialled.listClassifiers({ timeoutMs: 60_000 })).length;
    } catch (error) {
      return (error as SemtelError).kind;
    } finally {
      dialled.close();
      await server.close(0);
    }
  };
  const rootCa = ours!.cert;
  try {
    assert.equal(await asks(null, { rootCa }), 2);
    assert.equal(await asks(null, {}), 'unreachable');
    assert.equal(await asks(null, { rootCa: theirs!.cert }), 'unreachable');
    assert.equal(await asks(rootCa, { rootCa, ...ours!.sign('client') }), 2);
    assert.equal(await asks(rootCa, { rootCa }), 'unreachable');
    assert.equal(await asks(rootCa, { rootCa, ...theirs!.sign('client') }), 'unreachable');
    assert.equal(await asks(rootCa, { rootCa, ...ours!.sign('expired', -1) }), 'unreachable');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a server with TLS offers no reflection', { skip: noOpenssl }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-tls-'));
  const authority = newAuthority(folder, 'ours');
  const server = await start({ ...authority.sign('server'), clientCa: null });
  const trusted = credentials.createSsl(readFileSync(authority.cert));
  const client = new Client(`localhost:${server.port}`, trusted);
  await assert.rejects(listServices(client), { code: status.UNIMPLEMENTED });
  client.close();
  await server.close(0);
  rmSync(folder, { recursive: true });
});

test('a client refuses a server whose certificate has expired', { skip: noOpenssl }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-tls-'));
  const authority = newAuthority(folder, 'ours');
  const server = await start({ ...authority.sign('server', -1), clientCa: null });
  const client = connect(`localhost:${server.port}`, { tls: { rootCa: authority.cert } });
  await assert.rejects(client.listClassifiers({ timeoutMs: 60_000 }), { kind: 'unreachable' });
  client.close();
  await server.close(0);
  rmSync(folder, { recursive: true });
});

test('a certificate that cannot be read is a configuration error that names the key', async () => {
  const missing = start({ cert: 'absent.crt', key: 'absent.key', clientCa: null });
  await assert.rejects(
    missing,
    (error) =>
      error instanceof SemtelError && error.kind === 'config' && /auth\.tls\.cert/.test(error.message),
  );
});
