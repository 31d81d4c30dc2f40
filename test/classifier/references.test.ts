import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadClassifier } from '../../src/classifier/load.ts';
import { promptText } from './prompts.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-prompts-'));
after(() => rmSync(folder, { recursive: true }));
const dir = join(folder, 'prompts');
mkdirSync(join(dir, 'parts'), { recursive: true });
const files = {
  'outputs.json': '[{"name":"label","kind":"string","enumValues":["A"]}]',
  'outputs.yaml': '- { name: label, kind: string, enumValues: [A] }',
  'about.md': '\uFEFFAbout.\r\n',
  'circle.txt': `\${file:parts/circle.txt}`,
  'broken.json': '{"a":',
  'broken.yml': 'a: [',
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, 'parts', name), text);
writeFileSync(join(folder, 'secret.txt'), 'secret');
symlinkSync(join(folder, 'secret.txt'), join(dir, 'link.txt'));
symlinkSync(folder, join(dir, 'up'));

const outputs = 'outputs: { label: { kind: string, enumValues: [A] } }';
const from = (front: string) =>
  loadClassifier(
    { source: promptText(front), name: 'test', dir },
    { env: { MODEL: 'small', EMPTY: '', 'A:B': 'x' } },
  );
const description = (value: string) => from(`${outputs}\ndescription: ${value}`).description;

test('an env reference takes the variable, else its default, which may hold colons and be empty', () => {
  assert.equal(description(`\${env:MODEL}`), 'small');
  assert.equal(description(`"\${ENV:MODEL:other}"`), 'small');
  assert.equal(description(`"\${env:EMPTY:other}"`), '');
  assert.equal(description(`"\${env:NONE:a:b}"`), 'a:b');
  assert.equal(description(`"\${env:NONE:}"`), '');
  assert.throws(
    () => description(`\${env:NONE}`),
    /test\.prompty:3:1: the environment variable NONE is not set; set it, or give a default: \$\{env:NONE:default\}/,
  );
});

test('JSON and YAML files become values, others text', () => {
  for (const file of ['outputs.json', 'outputs.yaml']) {
    const { labels } = from(`outputs: \${file:parts/${file}}`);
    assert.deepEqual(
      labels.label!.map(({ name }) => name),
      ['A'],
    );
  }
  assert.equal(description(`\${file:parts/about.md}`), 'About.\n');
});

test('only a whole value is a reference, and what a file holds is text', () => {
  assert.equal(description(`see \${env:MODEL}`), `see \${env:MODEL}`);
  assert.equal(description(`\${env:MODEL} `), 'small');
  assert.equal(description(`\${file:parts/circle.txt}`), `\${file:parts/circle.txt}`);
  assert.throws(() => description(`\${secret:x}`), /:3:1: \$\{secret:…\} is not a reference/);
});

test('no path leaves the folder of the prompt, by dots, from the root or through a link', () => {
  for (const path of [
    '../secret.txt',
    'parts/../../secret.txt',
    'link.txt',
    'up/secret.txt',
    '/etc/hostname',
    join(dir, 'parts/about.md'),
  ]) {
    assert.throws(() => description(`\${file:${path}}`), /test\.prompty:3:1: \$\{file:.*folder/, path);
  }
});

test('a file that is missing, broken or a folder is named at the place of the reference', () => {
  const cases: readonly (readonly [path: string, message: RegExp])[] = [
    ['none.txt', /:3:1: \$\{file:none\.txt\}: there is no such file in the prompt's folder/],
    ['parts/broken.json', /:3:1: \$\{file:parts\/broken\.json\} cannot be read: .*JSON/],
    ['parts/broken.yml', /:3:1: \$\{file:parts\/broken\.yml\} cannot be read: /],
    ['parts', /:3:1: \$\{file:parts\} cannot be read: /],
    ['', /:3:1: \$\{file:\} cannot be read: /],
  ];
  for (const [path, message] of cases) assert.throws(() => description(`\${file:${path}}`), message, path);
  assert.throws(
    () => from(`name: x\noutputs: \${file:parts/about.md}`),
    /test\.prompty:3:1: outputs must be a list or a mapping/,
  );
});
