import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { connect } from '../../src/server/client.ts';
import { startSimulator } from '../../src/simulate/simulator.ts';
import { newAuthority, noOpenssl } from '../server/authority.ts';
import { until } from '../until.ts';
import { startServe, withFolder } from '../whole/serveProcess.ts';
import { batchOf } from '../whole/stack.ts';

const manifests = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes');
const text = (file: string) => readFileSync(join(manifests, file), 'utf8');

/** Answered never, so that the server has something open when it is told to stop. */
const hangMs = 600_000;

/** The ConfigMap as it is mounted, but for free ports, models on this machine and an end that is shorter, and leaves a busy machine time to ask. */
const settingsIn = (mounted: string, models: string) =>
  text('semtel.yaml')
    .replaceAll(/^(listen|status|workers): .*\n/gm, '')
    .replaceAll('/etc/semtel', mounted)
    .replaceAll(/base_url: .*\/\/(\w+)\..*$/gm, `base_url: ${models}/$1/v1`)
    .replace('drain_s: 60', 'drain_s: 5');

test('what the manifests mount starts a server that answers their probes, labels for Spark, and drains', {
  skip: noOpenssl,
}, async (context) => {
  const simulator = await startSimulator({ port: 0, control: { answers: 'hash' } });
  context.after(() => simulator.close());
  await withFolder(async (folder) => {
    const authority = newAuthority(folder, 'ours');
    const { cert, key } = authority.sign('server');
    // Redis is away: a server starts and labels all the same.
    const secret: Record<string, string> = {
      ...parse(text('secret.example.yaml')).stringData,
      'redis.url': 'redis://127.0.0.1:1',
    };
    for (const name of ['secret', 'tls']) mkdirSync(join(folder, name));
    for (const [name, value] of Object.entries(secret)) writeFileSync(join(folder, 'secret', name), value);
    writeFileSync(join(folder, 'tls', 'tls.crt'), readFileSync(cert));
    writeFileSync(join(folder, 'tls', 'tls.key'), readFileSync(key));

    const server = await startServe(folder, settingsIn(folder, simulator.url));
    const [container] = parse(text('deployment.yaml')).spec.template.spec.containers;
    const probe = async (name: string) =>
      (await fetch(`${server.status}${container[`${name}Probe`].httpGet.path}`)).status;
    assert.deepEqual(await Promise.all(['startup', 'readiness', 'liveness'].map(probe)), [200, 200, 200]);

    const token = secret['spark.token']!;
    const client = connect(server.address, { tls: { rootCa: authority.cert }, token });
    const ask = (row: string) => client.classify({ classifiers: ['topic'] }, batchOf([row]));
    assert.equal((await ask('Which plant likes shade?')).ledger.ok, 1);
    for (const endpoint of ['east', 'west']) simulator.control({ endpoint, latency_ms: hangMs });
    const open = assert.rejects(ask('Tea or coffee?'), { kind: 'draining' });
    await until(() => Object.values(simulator.stats().endpoints).some(({ in_flight }) => in_flight > 0));
    server.kill('SIGTERM');
    await server.said('Draining.');
    assert.deepEqual(await Promise.all(['readiness', 'liveness'].map(probe)), [503, 200]);
    await open;
    client.close();
    assert.equal(await server.ended, 0);
  });
});
