import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '../../src/classifier/catalogue.ts';
import { combineClassifiers } from '../../src/classifier/combine.ts';
import { load, promptText } from './prompts.ts';

const front = 'outputs: { label: { kind: string, enumValues: [A, B] }, sure: { kind: boolean } }';
const added =
  'Reply with one JSON object and nothing else. It must be valid under this JSON Schema: ' +
  '{"type":"object","properties":{"label":{"type":"string","enum":["A","B"]},"sure":{"type":"boolean"}},' +
  '"required":["label","sure"],"additionalProperties":false}';
const contents = (body: string) =>
  load(promptText(front, body))
    .render('[]')
    .map(({ role, content }) => [role, content]);

test('a prompt that does not tell the shape of its reply gets it after its constant rules', () => {
  assert.deepEqual(contents('system:\nChoose a label.\nuser:\n{{ conversation }}'), [
    ['system', `Choose a label.\n\n${added}`],
    ['user', '[]'],
  ]);
});

test('where the first message holds the conversation the shape comes before it', () => {
  assert.deepEqual(contents('user:\nWhich?\n{{ conversation }}'), [['user', `${added}\n\nWhich?\n[]`]]);
  assert.deepEqual(contents('system:\n\nuser:\n{{ conversation }}'), [
    ['system', added],
    ['user', '[]'],
  ]);
});

test('a prompt that asks for JSON and names every output is sent as it is', () => {
  for (const rules of [
    'As JSON: {"label": "A", "sure": true}',
    'Reply with the JSON object only: the label, and whether you are sure.',
  ]) {
    assert.deepEqual(contents(`system:\n${rules}\nuser:\n{{ conversation }}`), [
      ['system', rules],
      ['user', '[]'],
    ]);
  }
  for (const rules of ['Tell "label" and "sure".', 'As JSON: {"label": "A"}', 'JSON: label, sure']) {
    assert.notDeepEqual(contents(`system:\n${rules}\nuser:\n{{ conversation }}`)[0], ['system', rules]);
  }
});

test('the shipped prompts tell the shape of their replies themselves', () => {
  const folder = fileURLToPath(new URL('../../prompts', import.meta.url));
  for (const { name, render } of loadCatalogue([folder], { env: {} }).list())
    assert.doesNotMatch(JSON.stringify(render('[]')), /JSON Schema/, name);
});

test('in a combined request each task tells its own shape', () => {
  const classifier = load(promptText(front, 'system:\nChoose.\nuser:\n{{ conversation }}'));
  const [system] = combineClassifiers([classifier, { ...classifier, name: 'other' }]).render('[]');
  assert.equal(system!.content.split(added).length, 3);
});
