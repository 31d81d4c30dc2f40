import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SemtelError } from '../../src/base/error.ts';
import { noLog } from '../../src/base/log.ts';
import { loadClassifier } from '../../src/classifier/load.ts';
import { PromptError } from '../../src/classifier/promptError.ts';
import { load, mixed, promptText, topic } from './prompts.ts';

const label = 'outputs: [{ name: label, kind: string, enumValues: [A, B] }]';

function faultOf(source: string, env: Record<string, string> = {}): string {
  try {
    load(source, env);
  } catch (error) {
    assert.ok(error instanceof SemtelError && error.kind === 'prompt', String(error));
    return error.message;
  }
  return assert.fail(`loaded: ${source}`);
}

test('a file becomes a classifier', () => {
  const classifier = load(
    promptText(
      `
name: complexity
description: Demand of the task.
model: { id: small, options: { temperature: 0, maxOutputTokens: 64, topP: 0.5, seed: 7, stopSequences: ["\\n"], additionalProperties: { service_tier: flex } } }
inputs: [{ name: conversation, kind: string, required: true }]
outputs: [{ name: label, kind: string, enumValues: [low, high], description: The demand. }]
metadata:
  version: "1.0"
  semtel:
    labels: { label: { low: { definition: Easy., aliases: [easy] }, high: { definition: Hard. } } }
    truncate: { max_tokens: 100, strategy: tail }
    pack: false`,
      'system:\nJudge: JSON {"label": ""}.\n\nuser:\nThis: {{ conversation }}\n',
    ),
  );
  const { render, read, digest, ...rest } = classifier;
  assert.deepEqual(rest, {
    name: 'complexity',
    description: 'Demand of the task.',
    model: 'small',
    outputs: [{ name: 'label', kind: 'string', description: 'The demand.' }],
    labels: {
      label: [
        { name: 'low', definition: 'Easy.', examples: [], counterexamples: [], aliases: ['easy'] },
        { name: 'high', definition: 'Hard.', examples: [], counterexamples: [], aliases: [] },
      ],
    },
    truncate: { maxTokens: 100, strategy: 'tail' },
    pack: false,
    combine: true,
    maxOutputTokens: 64,
    parameters: { temperature: 0, top_p: 0.5, seed: 7, stop: ['\n'], service_tier: 'flex' },
    responseSchema: {
      type: 'object',
      properties: { label: { type: 'string', description: 'The demand.', enum: ['low', 'high'] } },
      required: ['label'],
      additionalProperties: false,
    },
    promptBytes: 'Judge: JSON {"label": ""}.'.length + 'This: '.length,
  });
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(render('[]'), [
    { role: 'system', content: 'Judge: JSON {"label": ""}.' },
    { role: 'user', content: 'This: []' },
  ]);
  assert.equal(read('{"label":"low"}').ok, true);
});

test('the schema sent covers every kind, requires every property and allows none further', () => {
  const integer = { type: 'integer', minimum: 0, maximum: 10 };
  assert.deepEqual(load(mixed).responseSchema, {
    type: 'object',
    properties: {
      level: { type: 'string', enum: ['Novice', 'Intermediate', 'Expert'] },
      sat_thanks: integer,
      sat_praise: integer,
      dsat_anger: integer,
      share: { type: 'number', minimum: 0, maximum: 1 },
      solved: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string', enum: ['short', 'long'] } },
      place: {
        type: 'object',
        properties: { country: { type: 'string' }, code: { type: 'integer' } },
        required: ['country', 'code'],
        additionalProperties: false,
      },
    },
    required: ['level', 'sat_thanks', 'sat_praise', 'dsat_anger', 'share', 'solved', 'tags', 'place'],
    additionalProperties: false,
  });
  assert.deepEqual(load(mixed).outputs.slice(-2), [
    { name: 'score', kind: 'integer' },
    { name: 'skilled', kind: 'boolean' },
  ]);
});

test('the list, mapping and properties forms of outputs are one', () => {
  const forms = [
    'outputs: [{ name: a, kind: string, enumValues: [x] }, { name: b, kind: boolean }]',
    'outputs: { a: { kind: string, enumValues: [x] }, b: { kind: boolean } }',
    'outputs: { properties: { a: { kind: string, enumValues: [x] }, b: { kind: boolean } } }',
    'outputs: { properties: [{ name: a, kind: string, enumValues: [x] }, { name: b, kind: boolean }] }',
  ];
  const digests = new Set(forms.map((form) => load(promptText(form)).digest));
  assert.equal(digests.size, 1);
});

test('arrays and objects nest, in every form', () => {
  const { responseSchema } = load(
    promptText(`
outputs:
  turns:
    kind: array
    items:
      kind: object
      properties:
        - { name: role, kind: string, enumValues: [user, assistant] }
        - { name: scores, kind: array, items: { kind: integer } }`),
  );
  assert.deepEqual(responseSchema, {
    type: 'object',
    properties: {
      turns: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            role: { type: 'string', enum: ['user', 'assistant'] },
            scores: { type: 'array', items: { type: 'integer' } },
          },
          required: ['role', 'scores'],
          additionalProperties: false,
        },
      },
    },
    required: ['turns'],
    additionalProperties: false,
  });
});

test('every fault names file, line and column, and what to do', () => {
  const cases: readonly (readonly [front: string, message: RegExp, body?: string])[] = [
    [
      `${label}\nmodle: x`,
      /^test\.prompty:3:1: the front matter: unknown key "modle"; did you mean "model"\?$/,
    ],
    [
      `${label}\nmodel: { options: { temprature: 0 } }`,
      /:3:21: model\.options: unknown key "temprature"; did you mean "temperature"\?/,
    ],
    [
      `${label}\nmetadata:\n  semtel:\n    trunkate: {}`,
      /:5:5: metadata\.semtel: unknown key "trunkate"; did you mean "truncate"\?/,
    ],
    [
      'outputs:\n  - name: label\n    kynd: string',
      /:4:5: an output: unknown key "kynd"; did you mean "kind"\?/,
    ],
    ['outputs:\n  - name: label\n    kind: text', /:4:5: outputs\.0\.kind/],
    ['outputs:\n  - kind: string', /:3:5: outputs\.0: every entry of the list needs a name/],
    ['outputs: {}', /a classifier needs at least one output/],
    ['name: x', /a classifier needs at least one output/],
    ['outputs: { status: { kind: string } }', /:2:12: output "status": this name is reserved/],
    ['outputs: { Label: { kind: string } }', /output "Label": a name is a lower-case letter/],
    [
      'outputs: [{ name: a, kind: string }, { name: a, kind: string }]',
      /:2:38: output "a" is declared twice/,
    ],
    [
      'outputs: { a: { kind: string, enumValues: [Yes, yes] } }',
      /the labels "Yes" and "yes" differ only in case/,
    ],
    ['outputs: { a: { kind: string, enumValues: [x, x] } }', /the label "x" is listed twice/],
    ['outputs: { a: { kind: string, enumValues: [x, 1] } }', /1 is not text/],
    ['outputs: { a: { kind: string, enumValues: [x, true] } }', /quote words like "true"/],
    ['outputs: { a: { kind: boolean, enumValues: [x] } }', /enumValues are for the kinds string and integer/],
    ['outputs: { a: { kind: string, minimum: 1 } }', /minimum is for the kinds integer and float/],
    ['outputs: { a: { kind: integer, minimum: 2, maximum: 1 } }', /minimum is above maximum/],
    ['outputs: { a: { kind: array } }', /an array needs items/],
    ['outputs: { a: { kind: thread } }', /:2:17: outputs\.a\.kind: an output is of kind string, integer/],
    [
      'outputs: { a: { kind: array, items: { kind: image } } }',
      /outputs\.a\.items\.kind: an output is of kind/,
    ],
    ['outputs: { properties: { a: { kind: string } }, extra: 1 }', /:2:49: outputs: unknown key "extra"/],
    [`${label}\nmodel: { options: { allowMultipleToolCalls: true } }`, /a classifier calls no tools/],
    [
      `${label}\ntemplate: { format: { kind: jinja2, strict: false } }`,
      /never begins a message here; leave "strict" out/,
    ],
    [`${label}\nmetadata: { Semtle: {} }`, /:3:13: metadata: unknown key "Semtle"; did you mean "semtel"\?/],
    ['outputs: { a: { kind: string, default: x } }', /an output has no default/],
    [`${label}\ntemplate: { parser: { kind: chat } }`, /the only parser is "prompty"/],
    ['outputs: { a: { kind: object } }', /must declare at least one property/],
    ['outputs: { a: { kind: string, required: false } }', /every output is required/],
    ['name: Topic\noutputs: {}', /:2:1: name: a name is a lower-case letter/],
    [`${label}\nmodel: { options: { temperature: 5 } }`, /:3:21: model\.options\.temperature/],
    [`${label}\nmodel: { apiType: embedding }`, /apiType must be "chat"/],
    [
      `${label}\nmodel: { options: { additionalProperties: { messages: [] } } }`,
      /"messages" is written by semtel/,
    ],
    [`${label}\ntemplate: mustache`, /the only template format is "jinja2"/],
    [`${label}\ntools: []`, /a classifier calls no tools/],
    [
      `${label}\ninputs: [{ name: city, kind: string, required: true }]`,
      /:3:10: input "city" is required but nothing provides it/,
    ],
    [`${label}\ninputs: [{ name: labels, kind: string }]`, /this name is given to every template/],
    [
      `${label}\ninputs: [{ name: conversation, kind: array }]`,
      /:3:10: input "conversation" must be of kind string, JSON text, or thread/,
    ],
    [`${label}\ninputs: [{ name: talk, kind: thread }]`, /only "conversation" can be a thread/],
    [`${label}\ninputs: { n: { kind: integer, default: x } }`, /the default is not of kind integer/],
    [
      `${label}\nmetadata: { semtel: { labels: { lable: {} } } }`,
      /labels of "lable": there is no such output; did you mean "label"\?/,
    ],
    [
      `${label}\nmetadata: { semtel: { labels: { label: { A: {}, C: {} } } } }`,
      /label "C" is not among the enumValues of "label"/,
    ],
    [
      `${label}\nmetadata: { semtel: { labels: { label: { A: {} } } } }`,
      /label "B" of output "label" is not defined here/,
    ],
    [
      `${label}\nmetadata: { semtel: { labels: { label: { A: { aliases: [b] }, B: {} } } } }`,
      /the alias "b" of "A" already means "B"/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: d, kind: string, from: lable, map: {} }] } }`,
      /unknown key "lable"|did you mean "label"/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: d, kind: string, from: label, map: { A: x } }] } }`,
      /the map lacks the label "B"/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: d, kind: integer, from: label, map: { A: 1, B: x } }] } }`,
      /the value for "B" is not of kind integer/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: d, kind: integer, sum: ["s_*"] }] } }`,
      /"s_\*" names no output/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: d, kind: integer, sum: ["label"] }] } }`,
      /cannot sum "label" of kind string/,
    ],
    [
      `${label}\nmetadata: { semtel: { derive: [{ name: label, kind: integer, from: label, map: { A: 1, B: 2 } }] } }`,
      /output "label" is declared twice/,
    ],
    [`${label}\nname: a\nname: b`, /:4:1: YAML: Map keys must be unique/],
    ['outputs: [', /YAML: /],
    [`${label}\nname: \${env:SEMTEL_UNSET}`, /:3:1: the environment variable SEMTEL_UNSET is not set/],
    [`${label}\n? [a]\n: b`, /:3:3: YAML: With stringKeys/],
    [`${label}\ndescription: &a [*a]`, /nested deeper than 32 levels/],
    [
      label,
      /:6:5: the template cannot be rendered: Unknown .*filter: nope/,
      'user:\nIs {{ conversation }}\nor  {{ conversation | nope }}?',
    ],
    [
      label,
      /:5:14: the template cannot be rendered: Unknown/,
      'user:\n{% if true %}{% for l in labels.label | nope %}{% endfor %}{% endif %}{{ conversation }}',
    ],
    [label, /:5:20: the template cannot be rendered/, 'user:\n{{ conversation }} {% includes "x" %}'],
    [label, /:5:3: the template cannot be rendered/, 'user:\nA {{ conversation'],
    [label, /:5:7: the template cannot be rendered/, 'user:\n{# #} {{ labels label }} {{ conversation }}'],
    [
      label,
      /:5:4: unknown variable "conversaton"; did you mean "conversation"\?/,
      'user:\n{{ conversaton }}',
    ],
    [
      label,
      /labels\.lable: there is no such output; did you mean "label"\?/,
      'user:\n{% for l in labels.lable %}{% endfor %}{{ conversation }}',
    ],
    [
      label,
      /:6:1: the role line "user:" stands inside a template block/,
      'system:\n{% if conversation %}\nuser:\n{{ conversation }}{% endif %}',
    ],
    [
      label,
      /:5:1: the template block that begins here is not closed/,
      'user:\n{% if conversation %}\n{{ conversation }}',
    ],
    [label, /no message uses \{\{ conversation \}\}/, 'user:\nHello'],
  ];
  for (const [front, message, body] of cases) assert.match(faultOf(promptText(front, body)), message, front);
});

test('what is no front matter is said so', () => {
  assert.match(faultOf('user:\n{{ conversation }}'), /:1:1: The file must begin with front matter/);
  assert.match(faultOf('---\nname: x\n'), /:1:1: The front matter is not closed: a line of "---" is missing/);
  assert.match(faultOf('---\nname: x\n+++\nuser:'), /not closed/);
  assert.equal(load(`\n+++\n${label}\n+++\n{{ conversation }}`).name, 'test');
});

test('a byte order mark, CRLF, blank lines above and blanks around the delimiters change nothing', () => {
  const text = promptText(label);
  const { digest } = load(text);
  for (const same of [
    `\uFEFF${text}`,
    text.replaceAll('\n', '\r\n'),
    `\n \n${text}`,
    text.replaceAll('---', ' --- '),
    text.replaceAll('---', '+++'),
  ]) {
    assert.equal(load(same).digest, digest, JSON.stringify(same));
  }
});

test('a dashed line in the front matter or in the body is text', () => {
  const body = 'user:\n---\nJSON "label" {{ conversation }}\n---';
  const classifier = load(promptText(`description: "a --- b"\n${label}`, body));
  assert.equal(classifier.render('[]')[0]!.content, '---\nJSON "label" []\n---');
});

test('a connection is ignored with a warning, its references unread', () => {
  const warnings: string[] = [];
  const log = { ...noLog, warn: (message: string) => warnings.push(message) };
  const source = promptText(`${label}\nmodel: { id: a, connection: { kind: key, apiKey: "\${env:UNSET}" } }`);
  assert.equal(loadClassifier({ source, name: 'test', dir: '.' }, { env: {}, log }).model, 'a');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /connection, which is not used/);
});

test('a file that is not there is named', () => {
  assert.throws(
    () => loadClassifier('/nowhere/none.prompty', { env: {} }),
    /Cannot read the prompt file .*none\.prompty/,
  );
});

test('all broken keys of one mapping are found at once', () => {
  try {
    load(promptText(`${label}\nfoo: 1\nbar: 2\nname: 3`));
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof PromptError);
    assert.ok(error.findings.length >= 2);
  }
});

test('the digest is the SHA-256 of the sorted-key JSON of what can change an answer', () => {
  const front =
    'name: x\noutputs: [{ name: label, kind: boolean }]\nmodel: { options: { temperature: 0 } }\nmetadata: { semtel: { truncate: { max_tokens: 900 } } }';
  const json =
    '{"body":"user:\\n{{ conversation }}\\n","inputs":[],"metadata.semtel":{"derive":[],"labels":{},"truncate":{"max_tokens":900,"strategy":"head_tail"}},' +
    '"model.options":{"temperature":0},"outputs":[{"choices":null,"kind":"boolean","maximum":null,"minimum":null,"name":"label"}],' +
    '"template":{"format":{"kind":"jinja2"},"parser":{"kind":"prompty"}}}';
  assert.equal(load(promptText(front)).digest, createHash('sha256').update(json).digest('hex'));
});

test('the digest changes with all that can change an answer and with nothing else', () => {
  const base = (change: (text: string) => string) => load(change(topic)).digest;
  const same = base((text) => text);
  const unchanged: ((text: string) => string)[] = [
    (text) => text.replace('name: topic', 'name: subject\ndescription: New.'),
    (text) => text.replace('name: topic', 'name: topic\nmodel: { id: other, connection: { kind: key } }'),
    (text) => text.replace('  semtel:', '  semtel:\n    pack: false\n    combine: false'),
    (text) => text.replace('  semtel:', '  author: me\n  semtel:'),
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => `\uFEFF${text}`,
    (text) => text.replace('name: topic', 'name: topic\ntemplate: jinja2'),
    (text) => text.replace('name: topic', 'name: topic\ntemplate: { format: jinja2, parser: prompty }'),
    (text) =>
      text.replace('name: topic', 'name: topic\ntemplate: { format: { kind: jinja2, strict: true } }'),
  ];
  const changed: ((text: string) => string)[] = [
    (text) => text.replace('Judge this', 'Judge that'),
    (text) => text.replace('Cooking and eating.', 'Eating.'),
    (text) => text.replace('aliases: [coding]', 'aliases: [code]'),
    (text) => text.replace('[Food, Health', '[Health, Food'),
    (text) => text.replace('name: topic', 'name: topic\nmodel: { options: { temperature: 0 } }'),
    (text) => text.replace('  semtel:', '  semtel:\n    truncate: { max_tokens: 1000 }'),
    (text) => text.replace('name: topic', 'name: topic\ninputs: { style: brief }'),
  ];
  for (const change of unchanged) assert.equal(base(change), same, String(change));
  for (const change of changed) assert.notEqual(base(change), same, String(change));
});
