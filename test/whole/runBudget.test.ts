import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Summary } from '../../src/cli/run/summary.ts';
import { command as run } from '../../src/cli/run.ts';
import { ending } from '../../src/cli/words.ts';
import { fakeTerminal } from './fakeTerminal.ts';
import { withStack } from './stack.ts';

const rows = 200;

/** Runs `semtel run` over 200 rows; `price` is that of the one model. */
async function withRun(
  price: string,
  work: (parts: {
    semtelRun(...args: string[]): Promise<number>;
    out: string;
    calls: () => number;
    address: string;
  }) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-budget-'));
  const input = join(folder, 'in.jsonl');
  const out = join(folder, 'out.jsonl');
  const config = join(folder, 'semtel.yaml');
  const lines = Array.from({ length: rows }, (_, row) => ({ id: row, conversation: `Question ${row}` }));
  writeFileSync(input, lines.map((line) => JSON.stringify(line)).join('\n'));
  const stack = { endpoint: ', max_concurrency: 8', models: ['unpriced'] };
  try {
    await withStack(
      { answers: 'lexical', latency_ms: 5 },
      async ({ simulator, bodies, address }) => {
        writeFileSync(
          config,
          `models: { default: { ${price} endpoints: [{ base_url: "${simulator.url}/v1", max_concurrency: 8 }] } }`,
        );
        const semtelRun = (...args: string[]) =>
          run.run(
            parseArguments([input, '-c', 'topic', '-o', out, '--config', config, ...args], run.options),
            fakeTerminal(),
          );
        await work({ semtelRun, out, calls: () => bodies.length, address });
      },
      stack,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a run that its budget stopped goes on with the same command, and pays nothing twice', async () => {
  await withRun('price: { input: 1, output: 2 },', async ({ semtelRun, out, calls }) => {
    const summary = () => JSON.parse(readFileSync(`${out}.semtel.json`, 'utf8')) as Summary;
    assert.equal(await semtelRun('--max-cost', '0.1'), 4);
    const first = summary().ledger;
    assert.ok(first.over_budget > 0 && first.ok > 0 && first.cost <= 0.1 * 1.1);
    assert.equal(await semtelRun('--max-cost', '10'), 0);
    const { ledger } = summary();
    assert.deepEqual([ledger.ok, ledger.stored, ledger.calls], [rows, first.ok, first.over_budget]);
    assert.equal(calls(), rows);
  });
});

test('a limit of cost without a price is refused before anything is sent, here and by a server', async () => {
  await withRun('', async ({ semtelRun, out, calls, address }) => {
    for (const where of [[], ['--server', address, '--model', 'unpriced']]) {
      const error = await semtelRun('--max-cost', '1', ...where).catch((thrown: unknown) => thrown);
      const { code, words } = ending(error);
      assert.equal(code, 2, words);
      assert.match(words, /max_cost needs a price: give the model "\w+" one, or leave the option out/);
    }
    assert.equal(calls(), 0);
    assert.ok(!existsSync(out) && !existsSync(`${out}.part`));
  });
});
