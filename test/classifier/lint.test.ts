import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lintClassifier } from '../../src/classifier/lint.ts';
import { promptText, topic } from './prompts.ts';

const boolean = 'outputs: { label: { kind: boolean } }';
const lint = (source: string) =>
  lintClassifier({ source, name: 'test', dir: '.' }).map(
    ({ line, column, rule }) => `${line}:${column} ${rule}`,
  );

test('a clean file has no findings', () => {
  assert.deepEqual(lint(topic), []);
});

test('each rule finds its mistake at its place', () => {
  const cases: readonly (readonly [source: string, ...found: string[]])[] = [
    [promptText(boolean, 'user:\n{{ conversaton }}'), '5:4 unknown_variable'],
    [
      promptText(
        `${boolean}\ninputs:\n  - { name: conversation, kind: string }\n  - { name: style, kind: string, default: x }`,
      ),
      '5:5 unused_input',
    ],
    [
      promptText(boolean, 'system:\n{{ a }} {{ b }}\nuser:\n{{ labels.c }}{{ conversation }}'),
      '5:4 unknown_variable',
      '5:12 unknown_variable',
      '7:4 unknown_variable',
    ],
    [promptText(`${boolean}\ninputs:\n  style: brief\n  tone: dry`), '4:3 unused_input', '5:3 unused_input'],
    [
      promptText(`${boolean}\ninputs:\n  properties:\n    - { name: style, kind: string, default: x }`),
      '5:7 unused_input',
    ],
    [promptText(boolean, 'user:\n{% if conversation %}\nuser:\nx{% endif %}'), '6:1 role_in_block'],
    [promptText(boolean, 'system:\nAbout\n  {{ conversation }}'), '6:6 conversation_outside_user'],
    [
      promptText(
        boolean,
        'system:\n{% for m in messages %}{{ m.role }}{% endfor %}\nuser:\n{{ conversation }}',
      ),
      '5:13 conversation_outside_user',
    ],
    [promptText(boolean, 'user:\nHi'), '5:1 conversation_missing'],
    [
      promptText(
        'outputs:\n  - { name: a, kind: boolean }\n  - { name: b, kind: string, enumValues: [x, y] }',
      ),
      '4:5 undefined_labels',
    ],
    [
      promptText(
        'outputs: { a: { kind: string, enumValues: [x, y] } }\nmetadata:\n  semtel:\n    labels:\n      a:\n        x: { definition: X. }\n        y: {}',
      ),
      '8:9 undefined_labels',
    ],
    [
      promptText('outputs: { a: { kind: string, enumValues: [x, X] } }'),
      '2:12 undefined_labels',
      '2:47 labels_differ_by_case',
    ],
    [
      promptText(
        `outputs: { a: { kind: string, enumValues: [x, X] } }\ninputs: { style: brief }`,
        '{% if true %}\nuser:\n{% endif %}\nsystem:\n{{ conversation }}{{ stile }}',
      ),
      '2:12 undefined_labels',
      '2:47 labels_differ_by_case',
      '3:11 unused_input',
      '6:1 role_in_block',
      '9:22 unknown_variable',
    ],
    ['hello', '1:1 load'],
  ];
  for (const [source, ...found] of cases) assert.deepEqual(lint(source), found, source);
});

test('every pair of labels that differ only in case is found, over all outputs', () => {
  const source = promptText(`outputs:
  - { name: a, kind: string, enumValues: [it, x, IT, It] }
  - { name: b, kind: boolean }
  - name: c
    kind: array
    items: { kind: object, properties: { d: { kind: string, enumValues: [Ä, ä] } } }`);
  assert.deepEqual(
    lintClassifier({ source, name: 'test', dir: '.' })
      .filter(({ rule }) => rule === 'labels_differ_by_case')
      .map(({ line, column, message }) => [`${line}:${column}`, /the labels (.*) differ/.exec(message)?.[1]]),
    [
      ['3:50', '"it" and "IT"'],
      ['3:54', '"it" and "It"'],
      ['3:54', '"IT" and "It"'],
      ['7:77', '"Ä" and "ä"'],
    ],
  );
});

test('the example of the page about prompt files is clean', () => {
  const page = readFileSync(new URL('../../docs/prompt-files.md', import.meta.url), 'utf8');
  const [, example] = /```yaml\n([\s\S]*?)\n```/.exec(page)!;
  assert.deepEqual(lint(example!), []);
});
