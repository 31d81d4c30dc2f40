import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTokens } from '../../src/text/tokens.ts';
import { shipped, textOf } from './shipped.ts';

const page = textOf('docs/classifiers.md');

for (const { name, labels, outputs, responseSchema, render } of shipped) {
  const section = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';

  test(`the page on classifiers has a section on ${name}: method and what it cannot tell`, () => {
    assert.match(section, /^Method: /m);
    assert.match(section, /^It cannot tell:\n\n- /m);
  });

  test(`the page on classifiers shows every label of ${name} as the prompt defines it`, () => {
    for (const [output, set] of Object.entries(labels)) {
      for (const { name: label, definition } of set)
        assert.ok(section.includes(`| ${label} | ${definition} |`), `${output}: ${label}`);
    }
  });

  test(`the page on classifiers names every output of ${name}`, () => {
    for (const output of outputs) {
      // An item without labels is defined by its description.
      const item = output.kind === 'integer' ? `| \`${output.name}\` | ${output.description} |` : output.name;
      assert.ok(section.includes(item), output.name);
    }
  });

  test(`the page on classifiers states the tokens of ${name}`, () => {
    const instruction = render('[]')
      .map(({ content }) => content)
      .join('\n');
    const [ours, schema] = [instruction, JSON.stringify(responseSchema)].map((text) =>
      countTokens(text).toLocaleString('en'),
    );
    const row = page.split('\n').find((line) => line.startsWith(`| [\`${name}\`](#${name}) |`));
    assert.ok(row?.endsWith(`| ${ours} | ${schema} |`), `${ours} and ${schema} tokens`);
  });
}

test('README names every classifier', () => {
  for (const { name } of shipped) assert.ok(textOf('README.md').includes(`\`${name}\``), name);
});
