import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';

const src = join(import.meta.dirname, '..', 'src');

const architecture = readFileSync(join(src, '..', 'ARCHITECTURE.md'), 'utf8');

/** The import table of ARCHITECTURE.md: what a folder may import besides itself and base. */
const table: Record<string, readonly string[] | 'all'> = Object.fromEntries(
  [...architecture.matchAll(/^\| ([a-z]+) \| .* \| ([a-z, ]+) \|$/gm)].map(([, folder, allowed]) => [
    folder!,
    allowed === 'all' ? 'all' : allowed === 'nothing' ? [] : allowed!.split(', '),
  ]),
);

/** One library behind one folder (or, where the reason is in ARCHITECTURE.md, two). */
const homes: Record<string, readonly string[]> = {
  'apache-arrow': ['arrow'],
  flatbuffers: ['arrow'],
  '@grpc/grpc-js': ['server'],
  '@grpc/proto-loader': ['server'],
  '@grpc/reflection': ['server'],
  'grpc-health-check': ['server'],
  protobufjs: ['server'],
  openai: ['llm'],
  undici: ['llm'],
  '@redis/client': ['store'],
  'parquet-wasm': ['files'],
  'csv-parse': ['files'],
  'csv-stringify': ['files'],
  piscina: ['workers'],
  '@huggingface/jinja': ['classifier'],
  'gpt-tokenizer': ['text'],
  'prom-client': ['observe'],
  pino: ['observe'],
  yaml: ['classifier', 'compose'],
  zod: ['classifier', 'cli', 'compose', 'evaluate', 'service', 'simulate'],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'";]*?from '([^']+)'/g)].map(
    (m) => m[1]!,
  );
  specifiers.push(...[...text.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*\)/g)].map((m) => m[1]!));
  return specifiers.map((target) => ({ file, folder: file.split('/')[0]!, target }));
}

/** The folder inside llm; null for what stands at its root or elsewhere. */
function layerOf(file: string): string | null {
  return /^llm\/([a-z]+)\//.exec(normalize(file))?.[1] ?? null;
}

const imports = globSync('**/*.ts', { cwd: src }).flatMap(importsOf);

test('every folder of src stands in the import table', () => {
  const folders = new Set(globSync('*/**/*.ts', { cwd: src }).map((file) => file.split('/')[0]!));
  for (const folder of folders) assert.ok(folder in table, `src/${folder} is not in the table`);
});

test('imports between folders follow the table', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, folder, target }) => {
      const to = relative('.', normalize(join(dirname(file), target))).split('/')[0]!;
      return { file, folder, to };
    })
    .filter(({ folder, to }) => {
      const allowed = table[folder]!;
      return to !== folder && to !== 'base' && allowed !== 'all' && !allowed.includes(to);
    });
  assert.deepEqual(wrong, []);
});

test('imports between the folders of llm follow their table', () => {
  const layers = Object.fromEntries(
    [...architecture.matchAll(/^\| llm\/([a-z]+) \| .* \| ([a-z, ]+) \|$/gm)].map(([, layer, allowed]) => [
      layer!,
      allowed!.split(', '),
    ]),
  );
  const edges = imports
    .filter(({ folder, target }) => folder === 'llm' && target.startsWith('.'))
    .map(({ file, target }) => ({ file, from: layerOf(file), to: layerOf(join(dirname(file), target)) }))
    .filter(({ from, to }) => from !== null && to !== null && from !== to);
  assert.ok(edges.length > 0);
  assert.deepEqual(
    edges.filter(({ from, to }) => !layers[from!]?.includes(to!)),
    [],
  );
});

test('a library stands behind its folder', () => {
  const wrong = imports
    .filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
    .filter(({ folder, target }) => {
      const library = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      return !(homes[library] ?? []).includes(folder);
    });
  assert.deepEqual(wrong, []);
});

test('the table sees imports at all', () => {
  assert.ok(imports.some(({ folder, target }) => folder === 'pipeline' && target.includes('../llm/')));
});

test('every invariant of ARCHITECTURE.md names a test that exists', () => {
  const named = [...architecture.matchAll(/`(test\/[^`]+\.ts)`: "([^"]+)"/g)];
  assert.ok(named.length >= 15);
  for (const [, file, title] of named) {
    const text = readFileSync(join(src, '..', file!), 'utf8');
    assert.ok(text.includes(title!), `${file} has no test "${title}"`);
  }
});
