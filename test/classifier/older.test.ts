import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noLog } from '../../src/base/log.ts';
import { lintClassifier } from '../../src/classifier/lint.ts';
import { loadClassifier } from '../../src/classifier/load.ts';
import { promptText } from './prompts.ts';

const folder = fileURLToPath(new URL('older', import.meta.url));

/** One of the files in the folder, or text that stands there. */
function load(from: string) {
  const warnings: (readonly [string, unknown])[] = [];
  const log = {
    ...noLog,
    warn: (message: string, fields: unknown) => warnings.push([message, fields]),
  };
  const source = from.includes('\n') ? from : readFileSync(`${folder}/${from}`, 'utf8');
  const name = from.includes('\n') ? 'test' : from.slice(0, -'.prompty'.length);
  return { classifier: loadClassifier({ source, name, dir: folder }, { env: {}, log }), warnings };
}

function mapped(from: string): unknown {
  const warning = load(from).warnings.find(([message]) => message.includes('older Prompty format'));
  return (warning?.[1] as { mapped?: unknown } | undefined)?.mapped;
}

test('a Prompty 1 file is read, and a warning names every key that was mapped and its line', () => {
  assert.deepEqual(mapped('first.prompty'), [
    'line 4: version is now metadata.version',
    'line 5: authors is now metadata.authors',
    'line 7: tags is now metadata.tags',
    'line 9: model.api is now called apiType',
    'line 10: model.configuration is now called connection',
    'line 15: model.parameters is now called options',
    'line 17: model.parameters.max_tokens is now called maxOutputTokens',
    'line 18: model.parameters.top_p is now called topP',
    'line 19: model.parameters.frequency_penalty is now called frequencyPenalty',
    'line 20: model.parameters.presence_penalty is now called presencePenalty',
    'line 22: model.parameters.stop is now called stopSequences',
    'line 23: model.parameters.stream is not used: replies are read whole',
    'line 24: model.parameters.service_tier is now in additionalProperties',
    'line 25: model.response is not used: replies are read by the outputs',
    'line 28: inputs.conversation.type is now called kind',
    'line 29: inputs.conversation.is_required is now called required',
    'line 30: inputs.conversation.sample is now called example',
    'line 32: inputs.product.type is now called kind',
    'line 35: inputs.limit.type is now called kind',
    'line 38: outputs.level.type is now called kind',
    'line 40: outputs.level.enum is now called enumValues',
    'line 42: outputs.minutes.type is now called kind',
    'line 44: template.type is now called format',
    'line 47: sample.conversation is not used: the rows give the conversation',
    'line 48: sample.product is now inputs.product.default, the same for every row',
    'line 49: sample.limit is now inputs.limit.default, the same for every row',
  ]);
});

test('a Prompty 1 file and its Prompty 2 form are one classifier with one digest', () => {
  const plain = (from: string) => JSON.parse(JSON.stringify(load(from).classifier)) as unknown;
  assert.deepEqual(plain('first.prompty'), plain('first.v2.prompty'));
  const conversation = '[{"i":1,"role":"user","content":"Hi"}]';
  assert.deepEqual(
    load('first.prompty').classifier.render(conversation),
    load('first.v2.prompty').classifier.render(conversation),
  );
  assert.deepEqual(load('first.v2.prompty').warnings, []);
});

test('names of the drafts of Prompty 2 are read', () => {
  assert.deepEqual(mapped('draft.prompty'), [
    'line 2: kind is not used: every file is a prompt',
    'line 5: inputSchema is now called inputs',
    'line 8: outputSchema is now called outputs',
  ]);
  assert.deepEqual(
    load('draft.prompty').classifier.outputs.map(({ name }) => name),
    ['level'],
  );
});

test('a schema in response_format becomes the outputs', () => {
  const { outputs, parameters } = load('schema.prompty').classifier;
  assert.deepEqual(outputs, [
    { name: 'title', kind: 'string' },
    { name: 'guests', kind: 'array', items: { name: 'item', kind: 'string' } },
    {
      name: 'place',
      kind: 'object',
      properties: [
        { name: 'city', kind: 'string' },
        { name: 'seats', kind: 'float' },
      ],
    },
  ]);
  assert.deepEqual(parameters, {});
});

test('sample values become defaults, parameters without a name of their own are sent as they are', () => {
  const { render, parameters } = load('sample.prompty').classifier;
  assert.match(render('[]')[0]!.content, /^Lamps on a rail\. for gold\n/);
  assert.deepEqual(parameters, { logit_bias: { 50256: -100 } });
});

test('what an older file holds and semtel cannot do is refused at its line and column', () => {
  const older = (front: string, body?: string) =>
    promptText(`model: { api: chat }\noutputs: { label: { type: string } }\n${front}`, body);
  const cases: readonly (readonly [from: string, message: RegExp])[] = [
    ['thread.prompty', /thread\.prompty:9:1: a thread cannot stand here: print \{\{ conversation \}\}/],
    ['tools.prompty', /tools\.prompty:7:5: model\.parameters\.tools: a classifier calls no tools/],
    [
      older('', 'user:\n{{ conversation }} ![photo](a.png)'),
      /:6:20: the older format sends an image here, semtel sends text only/,
    ],
    [
      older('', 'user:\n{{ conversation }}\nfunction:\nx'),
      /:7:1: a classifier calls no tools; remove this message/,
    ],
    [
      older('template: { type: mustache }'),
      /:4:13: template\.format\.kind: the only template format is "jinja2"/,
    ],
    [
      older('inputs: { photo: { type: image } }'),
      /:4:20: inputs\.photo\.kind|:4:20: kind: an input is of kind/,
    ],
    [
      promptText('model:\n  api: completion\noutputs: { label: { kind: string } }'),
      /:3:3: model\.apiType: a classifier asks a chat model/,
    ],
    [
      promptText('model:\n  parameters:\n    functions: []\noutputs: { label: { kind: string } }'),
      /:4:5: model\.parameters\.functions: a classifier calls no tools/,
    ],
    [
      promptText('model:\n  parameters:\n    stream: true\noutputs: { label: { kind: string } }'),
      /:4:5: model\.parameters\.stream: replies are read whole; remove it/,
    ],
    [
      promptText('model:\n  parameters: { n: 3 }\noutputs: { label: { kind: string } }'),
      /:3:17: model\.options\.additionalProperties: "n" is written by semtel/,
    ],
    [
      promptText(`model:\n  parameters: { response_format: "\${file:schema.json}" }`),
      /:3:17: model\.parameters\.response_format: the schema must stand here or, better, under outputs/,
    ],
    [
      promptText('model: { parameters: {}, options: {} }\noutputs: { label: { kind: string } }'),
      /:2:10: model\.parameters is the older name of options, which is there too; keep one/,
    ],
  ];
  for (const [from, message] of cases) assert.throws(() => load(from), message, from);
});

test('check names every older key at its place', () => {
  const source = promptText('model:\n  parameters: { max_tokens: 9 }\noutputs: { done: { kind: boolean } }');
  assert.deepEqual(
    lintClassifier({ source, name: 'test', dir: '.' }).map(
      ({ line, column, rule, message }) => `${line}:${column} ${rule}: ${message}`,
    ),
    [
      '3:3 older_format: model.parameters is now called options',
      '3:17 older_format: model.parameters.max_tokens is now called maxOutputTokens',
    ],
  );
});

test('in a Prompty 2 file an image in Markdown is text', () => {
  const source = promptText('outputs: { done: { kind: boolean } }', 'user:\n![a](b.png) {{ conversation }}');
  assert.match(load(source).classifier.render('[]')[0]!.content, /!\[a\]\(b\.png\) \[\]$/);
});
