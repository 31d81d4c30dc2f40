import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../src/cli/run/summary.ts';
import { type Simulator, startSimulator } from '../../src/simulate/simulator.ts';
import { saveEveryAnswers } from '../../src/store/kept.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const topics = ['Health', 'Travel', 'Finance', 'Games', 'Sports', 'Science', 'Food'];
const rows = 2_100;
/** Late enough for a batch to be saved, and early enough for much to be left. */
const killedAt = 1_700;

/** A classifier of its own, so that its text can be changed. */
const prompty = (name: string, wish: string) => `---
name: ${name}
description: The topic of a chat.
model: { id: default }
inputs:
  - { name: conversation, kind: string, required: true }
outputs:
  - { name: topic, kind: string, enumValues: [${topics.join(', ')}] }
template: { format: { kind: jinja2 }, parser: { kind: prompty } }
metadata:
  semtel:
    labels:
      topic: { ${topics.map((topic) => `${topic}: { definition: About ${topic}. }`).join(', ')} }
---
system:
Name the topic. ${wish}

user:
{{ conversation }}
`;

const folder = mkdtempSync(join(tmpdir(), 'semtel-resume-'));
const at = (name: string) => join(folder, name);
let simulator: Simulator;
let onRequest = () => {};

const calls = () =>
  Object.values(simulator.stats().endpoints).reduce((sum, { requests }) => sum + requests, 0);

/** Runs the real command; `killed` is given what kills it as `kill -9` does. */
async function semtelRun(
  args: readonly string[],
  killed?: (kill: () => void) => void,
): Promise<number | null> {
  const child = spawn(process.execPath, [main, 'run', 'in.jsonl', '-o', 'out.jsonl', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  killed?.(() => child.kill('SIGKILL'));
  const [code] = (await once(child, 'close')) as [number | null];
  if (killed === undefined) assert.equal(code, 0, words);
  return code;
}

/** The answers are whole and each row has its own; gives the ledger and how many calls were made meanwhile. */
async function wholeRun(args: readonly string[]): Promise<{ made: number; ledger: Summary['ledger'] }> {
  const before = await calls();
  await semtelRun(args);
  const made = (await calls()) - before;
  const lines = readFileSync(at('out.jsonl'), 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, rows);
  const names = args[1]!.split(',').map((file) => file.replace('.prompty', ''));
  for (const [row, line] of lines.entries()) {
    const answers = JSON.parse(line) as Record<string, { topic: string; status: string }>;
    for (const name of names) assert.equal(answers[name]!.topic, topics[row % topics.length], line);
  }
  const { ledger } = JSON.parse(readFileSync(at('out.jsonl.semtel.json'), 'utf8')) as Summary;
  assert.equal(ledger.ok, rows * names.length);
  assert.equal(ledger.calls, made);
  return { made, ledger };
}

before(async () => {
  simulator = await startSimulator({
    port: 0,
    control: { answers: 'marked', latency_ms: 5 },
    onRequest: () => onRequest(),
  });
  const endpoints = (name: string) =>
    `{ endpoints: [{ base_url: "${simulator.url}/${name}/v1", model: m }] }`;
  writeFileSync(
    at('semtel.yaml'),
    `models: { default: ${endpoints('one')}, other: ${endpoints('two')} }\nworkers: 1\n`,
  );
  for (const name of ['first', 'second'])
    writeFileSync(at(`${name}.prompty`), prompty(name, `This is the ${name}.`));
  writeFileSync(
    at('in.jsonl'),
    Array.from({ length: rows }, (_, row) => {
      const topic = topics[row % topics.length];
      return JSON.stringify({
        id: String(row),
        conversation: `Question ${row} [[first=${topic}]] [[second=${topic}]]`,
      });
    }).join('\n'),
  );
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

describe('semtel run, the same command again', () => {
  it('after kill -9 pays only what was in flight or not yet saved', async () => {
    const args = ['-c', 'first.prompty'];
    const code = await semtelRun(args, (kill) => {
      let asked = 0;
      onRequest = () => {
        if (++asked === killedAt) kill();
      };
    });
    onRequest = () => {};
    assert.equal(code, null);
    assert(!existsSync(at('out.jsonl')));
    assert(existsSync(at('.semtel/store.sqlite')));
    const spent = await calls();
    const { made, ledger } = await wholeRun(args);
    assert(ledger.stored > 0);
    assert.equal(ledger.stored + made, rows);
    // In flight: as many as the engine may have at once. Not saved: a second's or a thousand answers.
    const { peak_in_flight } = simulator.stats().endpoints.one!;
    assert(spent + made - rows <= peak_in_flight + saveEveryAnswers, `${spent} + ${made} calls`);
  });

  it('after it has finished asks nothing', async () => {
    const { made, ledger } = await wholeRun(['-c', 'first.prompty']);
    assert.deepEqual([made, ledger.stored], [0, rows]);
  });

  it('asks what is new, and no more', async () => {
    const added = await wholeRun(['-c', 'first.prompty,second.prompty']);
    assert.deepEqual([added.made, added.ledger.stored], [rows, rows]);
    const otherModel = await wholeRun(['-c', 'first.prompty', '--model', 'other']);
    assert.deepEqual([otherModel.made, otherModel.ledger.stored], [rows, 0]);
    writeFileSync(at('second.prompty'), prompty('second', 'Take care.'));
    const changed = await wholeRun(['-c', 'first.prompty,second.prompty']);
    assert.deepEqual([changed.made, changed.ledger.stored], [rows, rows]);
  });

  it('with --refresh or --no-store asks all again', async () => {
    for (const option of ['--refresh', '--no-store']) {
      const { made, ledger } = await wholeRun(['-c', 'first.prompty', option]);
      assert.deepEqual([made, ledger.stored], [rows, 0]);
    }
  });
});
