import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { batchOf, rowsOf, withStack } from './stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'semtel-structured-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'colour.prompty'),
  '---\noutputs: { shade: { kind: string, enumValues: [red, green] }, sure: { kind: boolean } }\n---\n' +
    'system:\nWhich colour is it about?\nuser:\n{{ conversation }}\n',
);
/** Eleven objects within each other: one more than strict mode takes. */
const deep = (levels: number): string =>
  levels === 0 ? '{ kind: boolean }' : `{ kind: object, properties: { in: ${deep(levels - 1)} } }`;
writeFileSync(
  join(folder, 'deep.prompty'),
  `---\noutputs: { out: ${deep(10)} }\n---\nsystem:\nHow deep?\nuser:\n{{ conversation }}\n`,
);
const settings = `prompts: ["${folder}"]`;
const texts = (from: number) => Array.from({ length: 20 }, (_, n) => `Is apple ${from + n} red?`);

/** The response_format of each body. */
const formats = (bodies: readonly string[]) =>
  bodies.map(
    (body) => (JSON.parse(body) as { response_format?: { type: string } }).response_format?.type ?? 'text',
  );

for (const structured of ['json_schema', 'json_object', 'text'] as const) {
  test(`an endpoint that takes ${structured} answers every row, and is asked for no more once it refused`, async () => {
    await withStack(
      { answers: 'hash', structured },
      async ({ client, bodies }) => {
        const options = { classifiers: ['colour'] };
        const first = await client.classify(options, batchOf(texts(0)));
        assert.equal(first.ledger.ok, 20);
        for (const row of rowsOf(first.batch.ipc))
          assert.ok(['red', 'green'].includes((row.colour as { shade: string }).shade));
        assert.ok(formats(bodies).includes('json_schema'), 'the richest is tried first');
        const learnt = bodies.length;
        const second = await client.classify(options, batchOf(texts(20)));
        assert.equal(second.ledger.ok, 20);
        assert.deepEqual(new Set(formats(bodies.slice(learnt))), new Set([structured]));
      },
      { settings },
    );
  });
}

test('an endpoint that refuses one schema answers its rows, and is sent the schemas that it takes', async () => {
  await withStack(
    { answers: 'hash' },
    async ({ client, bodies }) => {
      const options = { classifiers: ['deep', 'colour'] };
      for (const from of [0, 20]) {
        const { ledger } = await client.classify(options, batchOf(texts(from)));
        assert.equal(ledger.ok, 40);
      }
      const { deep = [], colour = [] } = Object.groupBy(bodies, (body) =>
        body.includes('How deep?') ? 'deep' : 'colour',
      );
      assert.deepEqual(new Set(formats(colour)), new Set(['json_schema']));
      assert.equal(colour.length, 40);
      assert.deepEqual(formats(deep.slice(-20)), Array(20).fill('json_object'));
    },
    { settings },
  );
});

test('a mode that is set is the only one asked for', async () => {
  await withStack(
    { answers: 'hash' },
    async ({ client, bodies }) => {
      const { ledger } = await client.classify({ classifiers: ['colour'] }, batchOf(texts(0)));
      assert.equal(ledger.ok, 20);
      assert.deepEqual(new Set(formats(bodies)), new Set(['json_object']));
    },
    { settings, endpoint: ', structured: json_object' },
  );
});
