import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { SemtelError } from '../../src/base/error.ts';
import { loadClassifier } from '../../src/classifier/load.ts';
import { PromptError } from '../../src/classifier/promptError.ts';
import { mixed, topic } from './prompts.ts';

const older = new URL('older/', import.meta.url);
const files = [topic, mixed, ...readdirSync(older).map((name) => readFileSync(new URL(name, older), 'utf8'))];

/** Marks of YAML and of templates, and words that mean something in a prompt file. */
const marks = [
  ...[
    '---',
    '+++',
    '\n',
    '  ',
    ': ',
    '- ',
    '? ',
    '&a ',
    '*a',
    '<<: *a',
    '!!set ',
    '|',
    '>',
    '[',
    ']',
    '{',
    '}',
    '"',
  ],
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '{% if x %}',
    '{% endfor %}',
    '{{ conversation }}',
    'user:\n',
    '\0',
    '\uFEFF',
  ],
  ...[
    'null',
    'kind',
    'type',
    'properties',
    'outputs',
    'sample',
    'parameters',
    'model: ',
    `\${env:X}`,
    `\${file:..}`,
  ],
];
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat(30),
  added: fc.oneof(fc.constantFrom('', ...marks), fc.string({ maxLength: 4 })),
});

test('a spoiled file is a classifier or an error at a place in it, never another fault', () => {
  let loaded = 0;
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(change, { maxLength: 4 }), (file, changes) => {
      const source = changes.reduce((text, { at, removed, added }) => {
        const from = Math.floor(at * text.length);
        return text.slice(0, from) + added + text.slice(from + removed);
      }, file);
      try {
        loadClassifier({ source, name: 'test', dir: '.' }, { env: {} }).render('[]');
        loaded++;
      } catch (error) {
        assert.ok(error instanceof SemtelError && error instanceof PromptError, `${error}`);
        const lines = source.split('\n').length;
        for (const { line, column } of error.findings)
          assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `${error}`);
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(loaded > 100, String(loaded));
});
