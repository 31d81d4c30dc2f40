import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

interface PromptFile {
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
  readonly metadata: {
    readonly semtel: {
      readonly labels?: Readonly<Record<string, Readonly<Record<string, { readonly definition: string }>>>>;
    };
  };
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function frontMatter(name: string): PromptFile {
  return parse(read(`prompts/${name}.prompty`).split(/^---$/m)[1]!);
}

const page = read('docs/classifiers.md');

for (const name of ['topic', 'expertise']) {
  test(`the page on classifiers shows every label of ${name} as the prompt defines it`, () => {
    for (const [label, { definition }] of Object.entries(frontMatter(name).metadata.semtel.labels!.label!)) {
      assert.ok(page.includes(`| ${label} | ${definition} |`), label);
    }
  });
}

test('the page on classifiers shows every satisfaction item as the prompt defines it', () => {
  for (const { name, description } of frontMatter('satisfaction').outputs) {
    assert.ok(page.includes(`| \`${name}\` | ${description} |`), name);
  }
});
