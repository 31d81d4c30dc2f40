import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '../../src/classifier/catalogue.ts';
import { lintClassifier } from '../../src/classifier/lint.ts';
import { promptText } from './prompts.ts';

const root = mkdtempSync(join(tmpdir(), 'semtel-catalogue-'));
after(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const dir = join(root, name);
  mkdirSync(dir);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
  return dir;
}

const labelled = (name: string, description: string) =>
  promptText(`name: ${name}\ndescription: ${description}\noutputs: { label: { kind: boolean } }`);
const env = {};

test('the later folder wins, other files are left alone, names come in order', () => {
  const shipped = folder('shipped', {
    'b.prompty': labelled('b', 'shipped'),
    'a.prompty': labelled('a', 'shipped'),
    'notes.md': '?',
  });
  const own = folder('own', { 'mine.prompty': labelled('b', 'own') });
  const catalogue = loadCatalogue([shipped, own], { env });
  assert.deepEqual(
    catalogue.list().map(({ name, description }) => [name, description]),
    [
      ['a', 'shipped'],
      ['b', 'own'],
    ],
  );
  const file = join(folder('single', { 'c.prompty': labelled('c', 'file') }), 'c.prompty');
  assert.equal(catalogue.addFile(file).name, 'c');
  assert.equal(catalogue.get('c').description, 'file');
});

test('an unknown name is an error that names the nearest', () => {
  const catalogue = loadCatalogue([folder('one', { 'topic.prompty': labelled('topic', 'x') })], { env });
  assert.throws(() => catalogue.get('topc'), {
    kind: 'unknown_classifier',
    message: /"topc"; did you mean "topic"\?/,
  });
});

test('a broken file, a doubled name and a missing folder are named', () => {
  const broken = folder('broken', { 'x.prompty': 'hello' });
  assert.throws(() => loadCatalogue([broken], { env }), /x\.prompty:1:1: The file must begin/);
  const doubled = folder('doubled', { 'x.prompty': labelled('z', 'one'), 'y.prompty': labelled('z', 'two') });
  assert.throws(
    () => loadCatalogue([doubled], { env }),
    /y\.prompty: the classifier "z" is also defined by .*x\.prompty/,
  );
  assert.throws(() => loadCatalogue([join(root, 'none')], { env }), /Cannot read the prompts folder/);
});

test('the shipped prompts load, lint clean and keep their constant text apart from the conversation', (t) => {
  const shipped = fileURLToPath(new URL('../../prompts', import.meta.url));
  if (!existsSync(shipped)) return t.skip('there is no prompts folder');
  for (const file of readdirSync(shipped).filter((name) => name.endsWith('.prompty'))) {
    assert.deepEqual(lintClassifier(join(shipped, file), { env }), []);
  }
  for (const classifier of loadCatalogue([shipped], { env }).list()) {
    assert.ok(classifier.pack && classifier.combine, classifier.name);
    const messages = classifier.render('[{"i":1}]');
    assert.ok(messages.at(-1)!.content.endsWith('[{"i":1}]'), classifier.name);
  }
});
