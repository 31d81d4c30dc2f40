import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { refuseOpenListening } from '../../src/compose/config/exposure.ts';
import { parseConfig } from '../../src/compose/config/load.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes');
const text = (file: string) => readFileSync(join(folder, file), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: what a manifest holds is what the tests find out.
const manifest = (file: string): any => parse(text(file));

const kustomization = manifest('kustomization.yaml');
const deployment = manifest('deployment.yaml');
const service = manifest('service.yaml');
const network = manifest('network.yaml');
const secret = manifest('secret.example.yaml');
const pod = deployment.spec.template;
const [container] = pod.spec.containers;
const labels = pod.metadata.labels;
const portOf = (name: string) =>
  container.ports.find((port: { name: string }) => port.name === name).containerPort;

/** The servers' settings, with the mounted Secret as files in a folder. */
function settings() {
  const mounted = mkdtempSync(join(tmpdir(), 'semtel-deploy-'));
  try {
    mkdirSync(join(mounted, 'secret'));
    for (const [name, value] of Object.entries<string>(secret.stringData))
      writeFileSync(join(mounted, 'secret', name), value);
    const yaml = text('semtel.yaml').replaceAll('/etc/semtel/secret', join(mounted, 'secret'));
    return parseConfig(yaml, 'semtel.yaml', '/etc/semtel/settings', {});
  } finally {
    rmSync(mounted, { recursive: true });
  }
}

describe('the Kubernetes manifests', () => {
  it('are all in the kustomization, but for the example of a Secret', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    const named = [
      ...kustomization.resources,
      ...kustomization.configMapGenerator.flatMap((map: { files: string[] }) => map.files),
    ];
    assert.deepEqual(
      files.filter((name) => !named.includes(name)),
      ['kustomization.yaml', 'secret.example.yaml'],
    );
    assert.deepEqual(
      named.filter((name) => !files.includes(name)),
      [],
    );
  });

  it('have settings that a server takes without --insecure, with every reference in the example of the Secret', () => {
    const config = settings();
    refuseOpenListening(config, false);
    assert.deepEqual(
      config.auth?.tokens.map(({ name }) => name),
      ['spark'],
    );
    // Nothing is kept in a file: the root file system is read-only.
    assert.ok(config.store !== 'off' && config.store.url === secret.stringData['redis.url']);
    assert.equal(config.keep, 'off');
  });

  it('share the quotas among the servers', () => {
    const { models } = settings();
    for (const { share } of Object.values(models).flatMap(({ endpoints }) => endpoints))
      assert.equal(share, 1 / deployment.spec.replicas);
  });

  it('mount all that the settings read', () => {
    const volumes = Object.fromEntries(
      pod.spec.volumes.map(({ name, configMap, secret }: Record<string, Record<string, string>>) => [
        name,
        configMap?.name ?? secret?.secretName,
      ]),
    );
    const mounts: Record<string, string> = Object.fromEntries(
      container.volumeMounts.map(({ name, mountPath }: Record<string, string>) => [
        mountPath,
        volumes[name!],
      ]),
    );
    assert.deepEqual(
      { ...mounts },
      {
        '/etc/semtel/settings': kustomization.configMapGenerator[0].name,
        '/etc/semtel/secret': secret.metadata.name,
        '/etc/semtel/tls': 'semtel-tls',
      },
    );
    assert.deepEqual(container.args, ['serve', '--config', '/etc/semtel/settings/semtel.yaml']);
    const read = [...text('semtel.yaml').matchAll(/\/etc\/semtel\/[a-z]+/g)].map(([path]) => path);
    assert.deepEqual(
      read.filter((path) => mounts[path] === undefined),
      [],
    );
    const { tls } = settings().auth!;
    assert.deepEqual([tls?.cert, tls?.key], ['/etc/semtel/tls/tls.crt', '/etc/semtel/tls/tls.key']);
  });

  it('name the ports at which a server listens', () => {
    const { listen, status } = settings();
    assert.deepEqual([listen, status], [`0.0.0.0:${portOf('grpc')}`, `0.0.0.0:${portOf('status')}`]);
    assert.deepEqual(
      service.spec.ports.map(({ port, targetPort }: Record<string, unknown>) => [port, targetPort]),
      [[portOf('grpc'), 'grpc']],
    );
    assert.equal(service.spec.clusterIP, 'None');
    const open = network.spec.ingress.flatMap(({ ports }: { ports: { port: string }[] }) => ports);
    assert.deepEqual(
      open.map(({ port }: { port: string }) => port),
      ['grpc', 'status'],
    );
  });

  it('let the servers reach whatever the settings name, and names', () => {
    const { models, store } = settings();
    const urls = Object.values(models).flatMap(({ endpoints }) => endpoints.map(({ base_url }) => base_url));
    if (store !== 'off' && store.url !== undefined) urls.push(store.url);
    const open = network.spec.egress.flatMap(({ ports }: { ports: object[] }) => ports);
    for (const port of urls.map((url) => Number(new URL(url).port) || 443))
      assert.ok(
        open.some((each: { port: number }) => each.port === port),
        `${port}`,
      );
    assert.deepEqual(open.slice(0, 2), [{ port: 53, protocol: 'UDP' }, { port: 53 }]);
  });

  it('spread old and new servers each for themselves, over the nodes that take pods', () => {
    for (const { matchLabelKeys, nodeTaintsPolicy } of pod.spec.topologySpreadConstraints)
      assert.deepEqual([matchLabelKeys, nodeTaintsPolicy], [['pod-template-hash'], 'Honor']);
  });

  it('mean the same pods wherever they select', () => {
    const selectors = [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      manifest('disruption.yaml').spec.selector.matchLabels,
      network.spec.podSelector.matchLabels,
      ...pod.spec.topologySpreadConstraints.map(
        ({ labelSelector }: { labelSelector: { matchLabels: object } }) => labelSelector.matchLabels,
      ),
    ];
    for (const selector of selectors) assert.deepEqual(selector, labels);
  });

  it('probe what the status port answers', () => {
    const probe = (name: string) => container[`${name}Probe`].httpGet;
    assert.deepEqual(probe('startup'), { path: '/healthz', port: 'status' });
    assert.deepEqual(probe('liveness'), { path: '/healthz', port: 'status' });
    // 503 while it drains; a liveness probe there would have it killed.
    assert.deepEqual(probe('readiness'), { path: '/readyz', port: 'status' });
  });

  it('leave a server its time to drain', () => {
    assert.ok(pod.spec.terminationGracePeriodSeconds >= settings().timeouts.drain_s + 5);
  });

  it('start it without any right, as the restricted Pod Security Standard wants', () => {
    const { runAsNonRoot, seccompProfile, runAsUser } = pod.spec.securityContext;
    assert.deepEqual(
      { runAsNonRoot, seccompProfile },
      {
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    );
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const [, user] = /^USER (\d+):/m.exec(readFileSync(join(folder, '..', 'Dockerfile'), 'utf8')) ?? [];
    assert.equal(user, String(runAsUser));
  });
});
