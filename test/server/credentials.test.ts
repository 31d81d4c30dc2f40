import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { connect } from '../../src/server/client.ts';
import type { ServerTls } from '../../src/server/credentials.ts';
import { startServer } from '../../src/server/grpcServer.ts';
import { fakeService } from './fakeService.ts';

const openssl = spawnSync('openssl', ['version']).status === 0;
const skip = openssl ? false : 'openssl is not there to make certificates';

/** A self-signed certificate for localhost, which is its own authority. */
function certificate(folder: string, name: string): { cert: string; key: string } {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '1', ...curve, ...subject, ...files], {
    stdio: 'ignore',
  });
  return { cert, key };
}

const start = (tls: ServerTls) =>
  startServer({
    service: fakeService(),
    listen: '127.0.0.1:0',
    tls,
    metrics: noMetrics,
    log: noLog,
    clock: systemClock,
  });

test('TLS: a client that trusts the certificate is served; with client_ca it needs one of its own', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-tls-'));
  const own = certificate(folder, 'server');
  const client = certificate(folder, 'client');
  const asks = async (clientCa: string | null, tls?: { rootCa: string; cert?: string; key?: string }) => {
    const server = await start({ ...own, clientCa });
    const dialled = connect(`localhost:${server.port}`, tls === undefined ? {} : { tls });
    try {
      return (await dialled.listClassifiers({ timeoutMs: 5_000 })).length;
    } catch (error) {
      return (error as SemtelError).kind;
    } finally {
      dialled.close();
      await server.close(0);
    }
  };
  try {
    assert.equal(await asks(null, { rootCa: own.cert }), 2);
    assert.equal(await asks(null), 'unreachable');
    assert.equal(await asks(null, { rootCa: client.cert }), 'unreachable');
    assert.equal(await asks(client.cert, { rootCa: own.cert }), 'unreachable');
    assert.equal(await asks(client.cert, { rootCa: own.cert, ...client }), 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a certificate that cannot be read is a configuration error that names the key', async () => {
  const missing = start({ cert: 'absent.crt', key: 'absent.key', clientCa: null });
  await assert.rejects(
    missing,
    (error) =>
      error instanceof SemtelError && error.kind === 'config' && /auth\.tls\.cert/.test(error.message),
  );
});
