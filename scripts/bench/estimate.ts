/**
 * How far `semtel estimate` is from the bill: each shipped classifier alone, and all with --combine, over the first rows
 * of a file, estimated and then labelled through a simulated endpoint that counts with a real tokeniser.
 *
 *   node scripts/bench/estimate.ts FILE.jsonl [--limit 400] [--conversation COL]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as estimate } from '../../src/cli/estimate.ts';
import { command as run } from '../../src/cli/run.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { startSimulator } from '../../src/simulate/simulator.ts';

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string', default: '400' }, conversation: { type: 'string', default: '' } },
  allowPositionals: true,
});
const names = [
  'topic',
  'intent',
  'complexity',
  'knowledge_work',
  'expertise',
  'assistant_expertise',
  'satisfaction',
];

/** One line of `semtel estimate --json`. */
interface Line {
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost: number;
}

const folder = mkdtempSync(join(tmpdir(), 'semtel-estimate-'));
const simulator = await startSimulator({ port: 0, control: { answers: 'lexical', latency_ms: 0 } });
const config = join(folder, 'semtel.yaml');
const settings = `models: { default: { price: { input: 0.15, output: 0.60 }, endpoints: [{ base_url: "${simulator.url}/v1" }] } }`;

/** What the command prints. */
async function output({ options, run: start }: Command, args: readonly string[]): Promise<string> {
  let text = '';
  const stdout = { write: (part: string) => (text += part) };
  const terminal = { ...processTerminal(), stdout, say() {} } as unknown as Parameters<typeof start>[1];
  await start(parseArguments([...positionals, ...args, '--config', config], options), terminal);
  return text;
}

const off = (estimated: number, billed: number) => {
  const percent = (100 * (estimated - billed)) / billed;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`;
};

console.log('| classifier | calls | prompt tokens | completion tokens | cost |\n|---|---:|---:|---:|---:|');
for (const [title, classifiers, more] of [
  ...names.map((name) => [name, name, []] as const),
  ['all seven, --combine', names.join(','), ['--combine']] as const,
]) {
  // A store of its own: each way is asked anew, and each question once.
  writeFileSync(config, `${settings}\nstore: { path: "./${title}.sqlite" }`);
  const asked = ['-c', classifiers, '--limit', values.limit, '--conversation', values.conversation];
  const told = JSON.parse(await output(estimate, [...asked, '--json']));
  const { calls, prompt_tokens, completion_tokens, cost }: Line =
    more.length === 0 ? told.total : told.combined;
  const out = join(folder, 'out.jsonl');
  await output(run, [...asked, '-o', out, '--yes', ...more]);
  const { ledger } = JSON.parse(readFileSync(`${out}.semtel.json`, 'utf8'));
  const cells = [
    `${calls} of ${ledger.calls}`,
    off(prompt_tokens, ledger.prompt_tokens),
    off(completion_tokens, ledger.completion_tokens),
    off(cost, ledger.cost),
  ];
  console.log(`| ${[title, ...cells].join(' | ')} |`);
}
await simulator.close();
rmSync(folder, { recursive: true });
