import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as estimate } from '../../src/cli/estimate.ts';
import type { Summary } from '../../src/cli/run/summary.ts';
import { command as run } from '../../src/cli/run.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { shipped, textOf } from '../prompts/shipped.ts';
import { fakeTerminal } from './fakeTerminal.ts';

interface Line {
  readonly name: string;
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly max_completion_tokens: number;
  readonly cost: number;
}

/** What `semtel estimate --json` prints. */
interface Told {
  readonly rows: number;
  readonly skipped: number;
  readonly repeated: number;
  readonly stored: number;
  readonly classifiers: readonly Line[];
  readonly total: Line;
  readonly combined: Line;
}

const folder = mkdtempSync(join(tmpdir(), 'semtel-estimate-'));
const at = (name: string) => join(folder, name);
const names = shipped.map(({ name }) => name).join(',');
/** Settings with a store of their own. */
const one = ['--config', at('one.yaml')];
const another = ['--config', at('another.yaml')];
const price = { input: 0.15, output: 0.6 };
let simulator: Simulator;

/** Real conversations in 14 languages, and all that makes counting hard: repeated, skipped, cut, in other scripts. */
function inputLines(): string[] {
  const demo = textOf('scripts/demo/conversations.jsonl').trimEnd().split('\n').slice(0, 50);
  const texts = [
    null,
    '   ',
    'hi',
    'Plain text without messages.',
    'ሰላም እንደምን ነህ '.repeat(40),
    '質問があります。天気はどうですか。'.repeat(30),
    '7f3a9c04e1b2'.repeat(100),
    'A long talk that is cut in the middle. '.repeat(2_000),
    'தமிழ் மொழியில் ஒரு நீண்ட உரையாடல் '.repeat(600),
  ];
  return [...demo, ...demo.slice(0, 9), ...texts.map((messages) => JSON.stringify({ id: 'x', messages }))];
}

async function command({ options, run: start }: Command, args: readonly string[]) {
  const terminal = fakeTerminal();
  const all = [at('in.jsonl'), ...args];
  const code = await start(parseArguments(all, options), terminal);
  return { code, output: terminal.output() };
}

const estimated = async (...args: string[]): Promise<Told> =>
  JSON.parse((await command(estimate, ['-c', names, '--json', ...args])).output);

async function labelled(...args: string[]): Promise<{ summary: Summary; rows: Record<string, Usage>[] }> {
  const { code } = await command(run, ['-c', names, '-o', at('out.jsonl'), ...args]);
  assert.equal(code, 0);
  const lines = readFileSync(at('out.jsonl'), 'utf8').trimEnd().split('\n');
  return {
    summary: JSON.parse(readFileSync(at('out.jsonl.semtel.json'), 'utf8')),
    rows: lines.map((line) => JSON.parse(line)),
  };
}
type Usage = { readonly prompt_tokens: number; readonly completion_tokens: number };

function assertNear(told: number, billed: number, what: string): void {
  const error = Math.abs(told - billed) / billed;
  assert.ok(error <= 0.05, `${what}: ${told} estimated, ${billed} billed`);
}

function assertBilled(told: Line, { calls, prompt_tokens, completion_tokens, cost }: Summary['ledger']) {
  assert.equal(told.calls, calls);
  assertNear(told.prompt_tokens, prompt_tokens, `${told.name}, prompt tokens`);
  assertNear(told.completion_tokens, completion_tokens, `${told.name}, completion tokens`);
  assertNear(told.cost, cost, `${told.name}, cost`);
  assert.ok(told.max_completion_tokens >= completion_tokens);
}

before(async () => {
  simulator = await startSimulator({ port: 0, control: { answers: 'lexical', latency_ms: 0 } });
  const models = `models: { default: { price: ${JSON.stringify(price)}, endpoints: [{ base_url: "${simulator.url}/v1" }] } }`;
  for (const name of ['one', 'another'])
    writeFileSync(at(`${name}.yaml`), `${models}\nstore: { path: ./${name}.sqlite }`);
  writeFileSync(at('in.jsonl'), inputLines().join('\n'));
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

describe('an estimate is within 5 % of the bill', () => {
  it('of each shipped classifier and of all, and counts nothing that is answered already', async () => {
    const told = await estimated(...one);
    assert.deepEqual([told.rows, told.skipped, told.repeated, told.stored], [68, 2, 63, 0]);
    const { summary, rows } = await labelled(...one);
    assertBilled(told.total, summary.ledger);
    for (const line of told.classifiers) {
      const sum = (of: keyof Usage) => rows.reduce((total, row) => total + row[line.name]![of], 0);
      const [prompt, completion] = [sum('prompt_tokens'), sum('completion_tokens')];
      assertNear(line.prompt_tokens, prompt, `${line.name}, prompt tokens`);
      assertNear(line.completion_tokens, completion, `${line.name}, completion tokens`);
      assertNear(line.cost, (prompt * price.input + completion * price.output) / 1e6, `${line.name}, cost`);
    }
    const again = await estimated(...one);
    assert.deepEqual([again.stored, again.total.calls, again.total.cost], [66 * 7, 0, 0]);
    const { total, repeated } = await estimated('--refresh', ...one);
    assert.deepEqual([total.calls, repeated], [66 * 7, 9 * 7]);
  });

  it('and of a model that is not there it is refused', async () => {
    await assert.rejects(estimated('--model', 'nowhere', ...one), { kind: 'unknown_model' });
  });

  it('of all in one request', async () => {
    const { combined } = await estimated(...another);
    const { summary } = await labelled('--combine', ...another);
    assertBilled(combined, summary.ledger);
  });
});
