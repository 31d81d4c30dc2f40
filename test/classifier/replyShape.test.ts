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

test('the schema holds the descriptions that no words tell, and the words never lose one', () => {
  const source = (rules: string) =>
    promptText(
      `outputs:
  - { name: a, kind: integer, description: 'What "a" is.' }
  - { name: ba, kind: object, description: The pair., properties: { x: { kind: boolean, description: Inside. } } }
  - { name: c, kind: array, description: A list., items: { kind: string, description: An entry. } }`,
      `system:\n${rules}\nuser:\n{{ conversation }}`,
    );
  const described = (rules: string) => {
    const { responseSchema } = load(source(rules));
    return JSON.stringify(responseSchema).match(/(?<="description":").*?\.(?=")/g) ?? [];
  };
  const all = ['What \\"a\\" is.', 'Inside.', 'The pair.', 'A list.', 'An entry.'];
  const json = 'JSON "a" "ba" "c"';
  assert.deepEqual(described(json), all);
  assert.deepEqual(
    described(`${json}{% for o in outputs %}\n- {{ o.name }}: {{ o.description }}{% endfor %}`),
    ['Inside.', 'An entry.'],
  );
  assert.deepEqual(described(`${json}\n\`c\` (A list.), x: Inside.`), [all[0], 'The pair.', 'An entry.']);
  // Told of another output, or of none.
  assert.deepEqual(described(`${json}\nba: What "a" is. The pair. c means: A list.`), all);
  // Told by the schema in words.
  assert.deepEqual(described('Choose.'), []);
  const words = JSON.stringify(load(source('Choose.')).render('[]'));
  for (const description of all)
    assert.ok(words.includes(JSON.stringify(description).slice(1, -1)), description);
});

test('where the schema keeps no description, the digest knows it all the same', () => {
  const digest = (description: string) =>
    load(
      promptText(
        `outputs: { a: { kind: boolean, description: ${description} } }`,
        'JSON "a"{% for o in outputs %} {{ o.name }}: {{ o.description }}{% endfor %} {{ conversation }}',
      ),
    ).digest;
  assert.notEqual(digest('One.'), digest('Two.'));
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
