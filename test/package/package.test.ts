import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { version } from '../../src/compose/version.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { type Installed, installPackage } from './installed.ts';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first block of README in a language that matches; throws where there is none. */
function block(language: string, content: RegExp): string {
  const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
  return blocks.find(([, tongue, text]) => tongue === language && content.test(text!))![2]!;
}

/** The folders that a path goes through. */
function foldersOf(file: string): readonly string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

describe('the package, installed outside the checkout', () => {
  let installed: Installed;
  let simulator: Simulator;
  let env: Record<string, string>;

  before(async () => {
    installed = await installPackage();
    simulator = await startSimulator({ port: 0, control: { answers: 'lexical', latency_ms: 0 } });
    env = { OPENAI_BASE_URL: `${simulator.url}/v1`, OPENAI_API_KEY: 'any' };
    cpSync(join(root, 'examples'), installed.folder, { recursive: true });
  });
  after(async () => {
    await simulator?.close();
    installed?.remove();
  });

  it('holds what runs and its types, and nothing else', () => {
    const folders = new Set(installed.files.map((file) => file.split('/')[0]));
    assert.deepEqual([...folders].sort(), [
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'deploy',
      'dist',
      'docs',
      'examples',
      'package.json',
      'prompts',
      'proto',
      'spark-udf',
    ]);
    const strange = installed.files.filter(
      (file) =>
        /\/gold\/|\.test\./.test(file) ||
        (/^dist\//.test(file) && !/(\.d\.ts|\.js)$/.test(file)) ||
        (/^spark-udf\//.test(file) && file !== 'spark-udf/README.md'),
    );
    assert.deepEqual(strange, []);
    assert.ok(installed.files.includes('dist/api/index.d.ts'));
  });

  it('holds every file that its pages lead to', () => {
    const known = new Set(installed.files.flatMap((file) => [file, ...foldersOf(file)]));
    const pages = installed.files.filter((file) => file.endsWith('.md'));
    assert.ok(pages.length > 10);
    const links = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
        ([, link]) => ({ page, leadsTo: posix.join(posix.dirname(page), link!) }),
      ),
    );
    assert.ok(links.length > 50);
    assert.deepEqual(
      links.filter(({ leadsTo }) => !known.has(leadsTo)),
      [],
    );
  });

  it('tells its version and lists its classifiers', async () => {
    assert.equal((await installed.run('npx', ['semtel', '--version'])).stdout, `${version}\n`);
    assert.match((await installed.run('semtel', ['classifiers'])).stdout, /^topic /m);
  });

  it('labels a file by the command in README, and knows its answers again', async () => {
    const { folder } = installed;
    const line = '{"id": "c1", "messages": [{"role": "user", "content": "..."}, ...]}';
    assert.ok(readme.includes(line));
    writeFileSync(join(folder, 'chats.jsonl'), `${line.replace(', ...', '')}\n`);
    const command = /semtel -- (run chats\.jsonl .*)\n/.exec(block('sh', /run chats\.jsonl/))![1]!;
    await installed.run('semtel', command.split(' '), env);
    const [, output] = /-o (\S+)/.exec(command)!;
    const label = JSON.parse(readFileSync(join(folder, output!), 'utf8')) as Record<
      string,
      { source: string }
    >;
    assert.deepEqual(Object.keys(label), ['id', 'topic', 'expertise']);
    assert.equal(label.topic!.source, 'llm');
    await installed.run('semtel', command.split(' '), env);
    const again = JSON.parse(readFileSync(join(folder, output!), 'utf8')) as typeof label;
    assert.equal(again.topic!.source, 'store');
  });

  it('starts the threads that read and write Parquet', async () => {
    cpSync(join(root, 'test', 'files', 'fixtures', 'polars.parquet'), join(installed.folder, 'in.parquet'));
    await installed.run(
      'semtel',
      ['run', 'in.parquet', '-c', 'topic', '-o', 'out.parquet', '--no-store'],
      env,
    );
    const out = readFileSync(join(installed.folder, 'out.parquet'));
    assert.equal(out.toString('latin1', 0, 4), 'PAR1');
  });

  it('serves with the settings in README until it is told to stop', async () => {
    const endpoint = await installed.start(['simulate', '--port', '0'], /OPENAI_BASE_URL=(\S+)/);
    const settings = block('yaml', /models:/)
      .replace(/base_url: "[^"]*"/, `base_url: "${endpoint.match[1]}"`)
      .replace(/, api_key: "[^"]*"/, '');
    writeFileSync(
      join(installed.folder, 'server.yaml'),
      `${settings}\nlisten: 127.0.0.1:0\nstatus: 127.0.0.1:0\n`,
    );
    const { stdout } = await installed.run('semtel', ['check', '--config', 'server.yaml']);
    assert.match(stdout, /^default .* yes /m);
    const server = await installed.start(['serve', '--config', 'server.yaml'], /"status":"([^"]+)"/);
    const ready = await fetch(`http://${server.match[1]}/readyz`);
    assert.equal(ready.status, 200);
    assert.equal(await server.stop(), 0);
    assert.equal(await endpoint.stop(), 0);
  });

  const examples: readonly [file: string, says: RegExp][] = [
    ['classifyChats.mts', /^c1 ok \w[\s\S]*\nc3 skipped null null\n6 questions: 4 ok, 2 skipped/],
    ['serveAndAsk.mts', /^a ok \w.*\nb ok \w.*\nunknown_classifier: There is no classifier "mood"/],
    ['ownClassifier.mts', /^17 (now|soon|whenever)\n18 (now|soon|whenever)\n$/],
    ['readme.mts', /^c1 \w.*\n$/],
  ];
  for (const [file, says] of examples) {
    it(`runs the example ${file}`, async () => {
      if (file === 'readme.mts') writeFileSync(join(installed.folder, file), block('ts', /from 'semtel'/));
      assert.match((await installed.run('node', [file], env)).stdout, says);
    });
  }

  it('is there for `require`, too', async () => {
    const { stdout } = await installed.run('node', ['-p', "Object.keys(require('semtel')).join()"]);
    assert.equal(stdout, 'SemtelError,classify,connect,createServer,fromArrow,toArrow\n');
  });

  it('has types that the examples pass under the strictest options, its own checked too', async () => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
      readonly compilerOptions: object;
    };
    const typeRoots = [join(root, 'node_modules', '@types')];
    const options = { ...compilerOptions, paths: {}, skipLibCheck: false, typeRoots };
    writeFileSync(
      join(installed.folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.mts'] }),
    );
    await installed.run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.']);
  });
});
