import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, promptText } from './prompts.ts';

const outputs = 'outputs: { label: { kind: boolean } }';
const body =
  'system:\n{{ text }}|{{ whole + 1 }}|{{ part }}|{{ yes }}|{{ list | join(",") }}|{{ map.a }}\nuser:\n{{ conversation }}';

test('an input is a constant of the template with its default as value, of every kind', () => {
  const inputs = `inputs:
  - { name: conversation, kind: string, required: true }
  - { name: text, kind: string, default: a }
  - { name: whole, kind: integer, default: 1 }
  - { name: part, kind: float, default: 0.5 }
  - { name: yes, kind: boolean, default: true }
  - { name: list, kind: array, items: { kind: integer }, default: [1, 2] }
  - { name: map, kind: object, default: { a: b } }`;
  const [system] = load(promptText(`${outputs}\n${inputs}`, body)).render('[]');
  assert.match(system!.content, /^a\|2\|0\.5\|true\|1,2\|b\n/);
});

test('the list, mapping, properties and bare forms of inputs are one', () => {
  const forms = [
    'inputs: [{ name: tone, kind: string, default: dry }, { name: n, kind: integer, default: 2 }]',
    'inputs: { tone: { kind: string, default: dry }, n: { kind: integer, default: 2 } }',
    'inputs: { properties: { tone: { kind: string, default: dry }, n: 2 } }',
    'inputs: { tone: dry, n: 2 }',
  ];
  const digests = forms.map((form) => load(promptText(`${outputs}\n${form}`)).digest);
  assert.equal(new Set(digests).size, 1);
});

test('what nothing could provide, or what is no text, is an error at its place that says why', () => {
  const cases: readonly (readonly [inputs: string, message: RegExp])[] = [
    [
      'inputs: { city: { kind: string, required: true } }',
      /:3:11: input "city" is required but nothing provides it: only "conversation" comes from the rows; give it a default/,
    ],
    ['inputs: { photo: { kind: image } }', /:3:20: inputs\.photo\.kind: an input is of kind string/],
    [
      'inputs: { n: { kind: integer, default: 0.5 } }',
      /:3:31: input "n": the default is not of kind integer/,
    ],
    [
      'inputs: { t: { kind: string, enumValues: [dry], default: wet } }',
      /:3:49: input "t": the default is not among its enumValues/,
    ],
    ['inputs: { a-b: x }', /:3:11: input "a-b": a template cannot use this name/],
    ['inputs: { t: { kynd: string } }', /:3:16: an input: unknown key "kynd"; did you mean "kind"\?/],
  ];
  for (const [inputs, message] of cases)
    assert.throws(() => load(promptText(`${outputs}\n${inputs}`)), message, inputs);
});

test('an input without a default renders as nothing and is false', () => {
  const text = promptText(
    `${outputs}\ninputs: { hint: { kind: string } }`,
    'user:\n{{ hint }}{% if hint %}yes{% else %}no{% endif %} {{ conversation }}',
  );
  assert.match(load(text).render('[]')[0]!.content, /\nno \[\]$/);
});
