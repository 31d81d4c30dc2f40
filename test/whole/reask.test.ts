import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseArguments } from '../../src/cli/arguments.ts';
import type { Summary } from '../../src/cli/run/summary.ts';
import { command } from '../../src/cli/run.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { fakeTerminal } from './fakeTerminal.ts';

const topics = ['Health', 'Travel', 'Finance'];
const rows = 30;

const folder = mkdtempSync(join(tmpdir(), 'semtel-reask-'));
const at = (name: string) => join(folder, name);
let simulator: Simulator;

/** A classifier of its own in a file of its own, and settings that name the deployment behind the logical model. */
const parts = {
  description: 'The topic of a chat.',
  body: 'Name the topic.',
  definition: 'About health.',
  options: '{ temperature: 0 }',
  truncate: '{ max_tokens: 4000, strategy: head }',
  combine: 'true',
};
type Parts = Readonly<typeof parts>;

const prompty = (name: string, { description, body, definition, options, truncate, combine }: Parts) => `---
name: ${name}
description: ${description}
model: { id: default, options: ${options} }
inputs:
  - { name: conversation, kind: string, required: true }
outputs:
  - { name: topic, kind: string, enumValues: [${topics.join(', ')}] }
template: { format: { kind: jinja2 }, parser: { kind: prompty } }
metadata:
  semtel:
    labels: { topic: { Health: { definition: ${definition} }, Travel: { definition: t }, Finance: { definition: f } } }
    truncate: ${truncate}
    combine: ${combine}
---
system:
${body}

user:
{{ conversation }}
`;

const writePrompts = (first: Partial<Parts> = {}, second: Partial<Parts> = {}) => {
  writeFileSync(at('first.prompty'), prompty('first', { ...parts, ...first }));
  writeFileSync(
    at('second.prompty'),
    prompty('second', { ...parts, body: 'Name the second topic.', ...second }),
  );
};

const writeSettings = (deployment: string) => {
  const endpoint = (path: string) =>
    `{ endpoints: [{ base_url: "${simulator.url}/${path}/v1", model: ${deployment} }] }`;
  writeFileSync(
    at('semtel.yaml'),
    `models: { default: ${endpoint('one')}, other: ${endpoint('two')} }\nworkers: 1\n`,
  );
};

const writeRows = (numbers: readonly number[]) => {
  const lines = numbers.map((n) => {
    const topic = topics[n % topics.length];
    return JSON.stringify({
      id: `r${n}`,
      number: n,
      conversation: `Question ${n} [[first=${topic}]] [[second=${topic}]]`,
    });
  });
  writeFileSync(at('in.jsonl'), lines.join('\n'));
};
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

async function semtelRun(options: string): Promise<{ code: number; ledger: Summary['ledger'] }> {
  const line = `${at('in.jsonl')} -o ${at('out.jsonl')} --config ${at('semtel.yaml')} ${options}`;
  const argv = line
    .split(' ')
    .map((word) => (word.endsWith('.prompty') ? word.replace(/\w+\.prompty/g, at('$&')) : word));
  const code = await command.run(parseArguments(argv, command.options), fakeTerminal());
  const { ledger } = JSON.parse(readFileSync(at('out.jsonl.semtel.json'), 'utf8')) as Summary;
  return { code, ledger };
}

/** Runs to its end; each row has its own label. Gives the ids and the calls that were made. */
async function label(options: string) {
  const { code, ledger } = await semtelRun(options);
  assert.equal(code, 0);
  const input = readFileSync(at('in.jsonl'), 'utf8')
    .split('\n')
    .map((text) => JSON.parse(text));
  const answers = readFileSync(at('out.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  assert.equal(answers.length, input.length);
  for (const [row, answer] of answers.entries())
    for (const name of ['first', 'second'])
      if (name in answer) assert.equal(answer[name].topic, topics[input[row].number % topics.length]);
  assert.equal(
    ledger.stored + (options.includes('--combine') ? ledger.calls * 2 : ledger.calls),
    ledger.questions,
  );
  return { calls: ledger.calls, ids: answers.map(({ id, number }) => id ?? number) };
}

before(async () => {
  simulator = await startSimulator({ port: 0, control: { answers: 'marked', latency_ms: 1 } });
  writeSettings('m');
  writePrompts();
  writeRows(upTo(rows));
  assert.equal((await label('-c first.prompty')).calls, rows);
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

describe('a run that was changed asks', () => {
  const again = async (calls: number, options = '-c first.prompty') => {
    const made = await label(options);
    assert.equal(made.calls, calls);
    return made.ids;
  };

  it('nothing again for another description, leave to combine, or deployment behind the same logical model', async () => {
    writePrompts({ description: 'Another one.', combine: 'false' });
    writeSettings('another');
    await again(0);
  });

  const changes: readonly Partial<Parts>[] = [
    { body: 'Name the topic, please.' },
    { definition: 'About body and mind.' },
    { options: '{ temperature: 0.5 }' },
    { truncate: '{ max_tokens: 4000, strategy: tail }' },
  ];
  for (const change of changes) {
    it(`all again for another ${Object.keys(change)[0]}, and nothing once it is as before`, async () => {
      writePrompts(change);
      await again(rows);
      writePrompts();
      await again(0);
    });
  }

  it('all again of another logical model', async () => {
    await again(rows, '-c first.prompty --model other');
  });

  it('all again with --refresh or --no-store', async () => {
    for (const option of ['--refresh', '--no-store']) await again(rows, `-c first.prompty ${option}`);
  });

  it('what has failed, and no more', async () => {
    writePrompts({ body: 'Name just one.' });
    simulator.control({ faults: { refusal: 0.4 } });
    const { ledger } = await semtelRun('-c first.prompty --allow-failed 1');
    simulator.control({ faults: { refusal: 0 } });
    assert(ledger.refused > 0 && ledger.ok > 0);
    await again(ledger.refused);
    writePrompts();
  });

  it('the added classifier only, in whatever order', async () => {
    await again(rows, '-c second.prompty,first.prompty');
  });

  it('nothing again whether classifiers are combined or alone', async () => {
    await again(0, '-c first.prompty,second.prompty --combine');
    writePrompts({ body: 'Name it.' }, { body: 'Name that.' });
    await again(rows, '-c first.prompty,second.prompty --combine');
    await again(0, '-c second.prompty');
    writePrompts();
  });

  it('the added rows only, in whatever order rows come', async () => {
    writeRows(upTo(rows + 5).reverse());
    assert.equal((await again(5))[0], `r${rows + 4}`);
  });

  it('nothing again for other columns of ids and conversations', async () => {
    writeRows(upTo(rows));
    writeFileSync(
      at('in.jsonl'),
      readFileSync(at('in.jsonl'), 'utf8').replaceAll('"conversation":', '"chat":'),
    );
    assert.deepEqual(await again(0, '-c first.prompty --id number --conversation chat'), upTo(rows));
  });
});
