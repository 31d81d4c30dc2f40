import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Field, List, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { createServer } from '../../src/api/index.ts';
import { type Json, jsonRows } from '../../src/arrow/jsonRows.ts';
import { noLog } from '../../src/base/log.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Command } from '../../src/cli/command.ts';
import { command as estimate } from '../../src/cli/estimate.ts';
import type { Summary } from '../../src/cli/run/summary.ts';
import { command as run } from '../../src/cli/run.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { apiKey, assertNoSecret, filesIn } from './canary.ts';
import { type FakeTerminal, type FakeTerminalOptions, fakeTerminal } from './fakeTerminal.ts';

const topics = ['Health', 'Travel', 'Finance', 'Games', 'Sports', 'Science', 'Food'];
const levels = ['Novice', 'Beginner', 'Intermediate', 'Proficient', 'Expert'];

interface Marked {
  readonly id: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly topic: string;
  readonly expertise: string;
}

/** Conversations that carry the answer to be given: whoever mixes up two rows is found out. */
const marked: readonly Marked[] = Array.from({ length: 620 }, (_, row) => {
  const [topic, expertise] = [topics[row % topics.length]!, levels[row % levels.length]!];
  const content = `Question ${row}, "quoted" 質問 \u2028 ${'tea '.repeat(row % 90)} [[topic=${topic}]] [[expertise=${expertise}]]`;
  return {
    id: `chat-${row}`,
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: 'Well.' },
    ],
    topic,
    expertise,
  };
});

const folder = mkdtempSync(join(tmpdir(), 'semtel-run-'));
const at = (name: string) => join(folder, name);
const jsonl = at('marked.jsonl');
const config = at('semtel.yaml');
let simulator: Simulator;
let onRequest = () => {};
let server: Awaited<ReturnType<typeof createServer>>;

async function command(
  { options, run: start }: Command,
  args: readonly string[],
  terminal: FakeTerminal = fakeTerminal(),
): Promise<number> {
  return start(parseArguments([...args, '--config', config], options), terminal);
}

const label = (args: readonly string[], options: FakeTerminalOptions = {}) =>
  command(run, [...args, '-c', 'topic,expertise'], fakeTerminal(options));

type Row = Readonly<Record<string, Json>> & {
  readonly [classifier: string]: { readonly [name: string]: Json };
};
const read = (path: string): readonly Row[] =>
  (path.endsWith('.arrow')
    ? jsonRows(readFileSync(path))
    : readFileSync(path, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))) as Row[];

/** What must be the same through every door (contract section 4). */
const comparable = (rows: readonly Row[]) =>
  rows.map(({ id, topic, expertise }) =>
    [
      id,
      ...[topic!, expertise!].flatMap((answer) => [
        answer.label,
        answer.status,
        answer.error_code,
        answer.prompt_digest,
      ]),
    ].join(' '),
  );

function assertOwnLabels(rows: readonly Row[]): void {
  assert.equal(rows.length, marked.length);
  for (const [index, row] of rows.entries()) {
    const { id, topic, expertise } = marked[index]!;
    assert.deepEqual([row.id, row.topic!.label, row.expertise!.label], [id, topic, expertise]);
  }
}

before(async () => {
  simulator = await startSimulator({
    port: 0,
    control: { answers: 'marked', latency_ms: 5 },
    onRequest: () => onRequest(),
  });
  writeFileSync(
    config,
    `models: { default: { price: { input: 1, output: 2 }, endpoints: [{ name: sim, base_url: "${simulator.url}/v1", api_key: ${apiKey} }] } }\nworkers: 1\nstore: "off"`,
  );
  writeFileSync(jsonl, marked.map(({ id, messages }) => JSON.stringify({ id, messages })).join('\n'));
  const stored = readFileSync(config, 'utf8').replace('"off"', '{ path: ./serve.sqlite }');
  writeFileSync(at('serve.yaml'), `${stored}\nlisten: 127.0.0.1:0\nstatus: "off"\n`);
  server = await createServer({ folder, config: 'serve.yaml', log: noLog });
});

after(async () => {
  await server.close();
  await simulator.close();
  assertNoSecret(filesIn(folder, ['semtel.yaml', 'serve.yaml']));
  rmSync(folder, { recursive: true });
});

describe('semtel run', () => {
  it('gives every conversation its own labels, in order, and leaves ledger and digests beside them', async () => {
    const out = at('local.jsonl');
    assert.equal(await label([jsonl, '-o', out]), 0);
    const rows = read(out);
    assertOwnLabels(rows);
    assert(!existsSync(`${out}.part`));
    const summary = JSON.parse(readFileSync(`${out}.semtel.json`, 'utf8')) as Summary;
    const { ledger, classifiers } = summary;
    assert.deepEqual(
      [ledger.rows, ledger.questions, ledger.ok, summary.exit_code],
      [marked.length, 2 * marked.length, 2 * marked.length, 0],
    );
    assert.deepEqual(
      classifiers.map(({ name }) => name),
      ['topic', 'expertise'],
    );
    for (const { name, digest } of classifiers)
      assert.equal(rows[0]![name]!.prompt_digest, digest.slice(0, 12));
    const billed = (tokens: 'prompt_tokens' | 'completion_tokens') =>
      rows.reduce((sum, row) => sum + Number(row.topic![tokens]) + Number(row.expertise![tokens]), 0);
    assert.equal(billed('prompt_tokens'), ledger.prompt_tokens);
    assert.equal(billed('completion_tokens'), ledger.completion_tokens);
  });

  it('gives the same through a server, and the same as .arrow', async () => {
    const outs = [at('remote.jsonl'), at('remote.arrow'), at('local.arrow')];
    assert.equal(await label([jsonl, '-o', outs[0]!, '--server', server.address]), 0);
    assert.equal(await label([jsonl, '-o', outs[1]!, '--server', server.address]), 0);
    assert.equal(await label([jsonl, '-o', outs[2]!]), 0);
    const [first, ...others] = outs.map(read);
    assertOwnLabels(first!);
    for (const other of others) assert.deepEqual(comparable(other), comparable(first!));
    assert.equal(
      (JSON.parse(readFileSync(`${outs[1]}.semtel.json`, 'utf8')) as Summary).ledger.stored,
      2 * marked.length,
    );
  });

  it('reads messages of an .arrow file as it reads those of .jsonl', async () => {
    const message = new Struct(['role', 'content'].map((name) => new Field(name, new Utf8(), true)));
    const table = new Table({
      id: vectorFromArray(
        marked.map(({ id }) => id),
        new Utf8(),
      ),
      messages: vectorFromArray(
        marked.map(({ messages }) => messages),
        new List(new Field('item', message, true)),
      ),
    });
    writeFileSync(at('marked.arrow'), tableToIPC(table, 'file'));
    const out = at('fromArrow.jsonl');
    assert.equal(await label([at('marked.arrow'), '-o', out, '--server', server.address]), 0);
    assertOwnLabels(read(out));
    const { ledger } = JSON.parse(readFileSync(`${out}.semtel.json`, 'utf8')) as Summary;
    // Equal keys: the server had answered these questions already.
    assert.equal(ledger.stored, 2 * marked.length);
  });

  it('shows a preview at a terminal and goes on only at a yes', async () => {
    const out = at('preview.jsonl');
    const terminal = fakeTerminal({ answer: 'n' });
    assert.equal(await command(run, [jsonl, '-o', out, '-c', 'topic'], terminal), 130);
    assert.match(
      terminal.said.join('\n'),
      /Health +Question 0, "quoted"[\s\S]*The other 600 rows will take about\n {2}600 calls, .* cost .* USD/,
    );
    assert(!existsSync(out));
    assert.equal(read(`${out}.part`).length, 20);
    assert.equal(await label([jsonl, '-o', out], { answer: 'y' }), 0);
    assertOwnLabels(read(out));
    assert.equal(
      (JSON.parse(readFileSync(`${out}.semtel.json`, 'utf8')) as Summary).ledger.calls,
      2 * marked.length,
    );
  });

  it('asks nothing of people without a terminal, with --yes, or for a few rows', async () => {
    for (const [args, answer] of [
      [['--yes'], 'n'],
      [['--limit', '20'], 'n'],
      [[], undefined],
    ] as const) {
      const options = answer === undefined ? {} : { answer };
      assert.equal(await label([jsonl, '-o', at('few.jsonl'), '--sample', '30', ...args], options), 0);
    }
  });

  it('stops at an interrupt: exit code 130, and nothing under the name of the output', async () => {
    const out = at('interrupted.jsonl');
    const terminal = fakeTerminal();
    onRequest = () => {
      onRequest = () => {};
      terminal.interrupt();
    };
    await assert.rejects(command(run, [jsonl, '-o', out, '-c', 'topic'], terminal), { kind: 'cancelled' });
    assert(!existsSync(out));
  });

  it('tells on standard output what it did, for programs', async () => {
    const terminal = fakeTerminal();
    assert.equal(
      await command(run, [jsonl, '-o', at('j.jsonl'), '-c', 'topic', '--json', '--limit', '5'], terminal),
      0,
    );
    assert.equal((JSON.parse(terminal.output()) as Summary).ledger.ok, 5);
  });

  it('ends with 4 at its budget, every row with its state', async () => {
    const out = at('budget.jsonl');
    assert.equal(await label([jsonl, '-o', out, '--max-tokens', '20000']), 4);
    const states = read(out).map((row) => row.topic!.status);
    assert.equal(states.length, marked.length);
    assert(states.includes('ok') && states.includes('over_budget'));
  });

  it('ends with 3 when answers fail, unless so many may', async () => {
    simulator.control({ faults: { refusal: 1 } });
    assert.equal(await label([jsonl, '-o', at('refused.jsonl'), '--limit', '9']), 3);
    assert.equal(await label([jsonl, '-o', at('refused.jsonl'), '--limit', '9', '--allow-failed', '1']), 0);
    simulator.control({ faults: { refusal: 0 } });
  });
});

describe('semtel estimate', () => {
  it('counts what would be asked, without a call', async () => {
    const terminal = fakeTerminal();
    onRequest = () => assert.fail('a call was made');
    assert.equal(await command(estimate, [jsonl, '-c', 'topic'], terminal), 0);
    assert.match(terminal.output(), /620 rows: 0 without text, 0 questions that repeat[\s\S]*topic +620 /);
  });
});
