import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');
const dockerfile = text('deploy/Dockerfile').replaceAll(/ ?\\\n\s*/g, ' ');
const packageJson = JSON.parse(text('package.json')) as {
  readonly engines: { readonly node: string };
  readonly bin: { readonly semtel: string };
  readonly files: readonly string[];
};
/** Arguments of each instruction of a name. */
const all = (name: string) =>
  [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, rest]) => rest!);

describe('the Dockerfile', () => {
  it('copies all that the package is made of, and the build context has it', () => {
    const copied = all('COPY')
      .filter((args) => !args.startsWith('--from'))
      .flatMap((args) => args.split(' ').slice(0, -1));
    assert.deepEqual(
      copied.filter((path) => !existsSync(join(root, path))),
      [],
    );
    const context = text('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1).split('/')[0]);
    assert.deepEqual(copied.toSorted(), context.toSorted());
    // What a server reads of it; the rest is for people. `dist` is made of src, by the settings of tsconfig.build.json.
    for (const path of ['dist', 'prompts/*.prompty', 'proto'])
      assert.ok(packageJson.files.includes(path), path);
    for (const path of ['src', 'prompts', 'proto', 'tsconfig.build.json', 'tsconfig.json'])
      assert.ok(copied.includes(path), path);
  });

  it('runs the Node of package.json, as the first process, so that SIGTERM drains the server', () => {
    const major = /\d+/.exec(packageJson.engines.node)?.[0];
    assert.deepEqual(
      all('FROM').map((args) => args.split(' ')[0]),
      [`node:${major}-bookworm-slim`, `node:${major}-bookworm-slim`],
    );
    assert.deepEqual(JSON.parse(all('ENTRYPOINT')[0]!), ['node', `/app/${packageJson.bin.semtel}`]);
    assert.deepEqual(JSON.parse(all('CMD').at(-1)!), ['serve']);
  });
});
