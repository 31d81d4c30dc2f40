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
import { apiKey, assertNoSecret, filesIn } from './canary.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const topics = ['Health', 'Travel', 'Finance', 'Games', 'Sports', 'Science', 'Food'];
const rows = 2_100;
/** Late enough for a batch to be saved, and early enough for much to be left. */
const killedAt = 1_700;
/** Calls in flight: what is answered and not read yet counts, which the endpoint does not see. */
const concurrency = 64;
/** Some batches are written by then. */
const interruptedAt = 1_200;

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

/** Runs the real command; `stopped` is given what sends it a signal. */
async function semtelRun(
  args: readonly string[],
  stopped?: (signal: (name: NodeJS.Signals) => void) => void,
): Promise<{ readonly code: number | null; readonly words: string }> {
  const child = spawn(process.execPath, [main, 'run', 'in.jsonl', '-o', 'out.jsonl', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  stopped?.((name) => child.kill(name));
  const [code] = (await once(child, 'close')) as [number | null];
  if (stopped === undefined) assert.equal(code, 0, words);
  assertNoSecret([['words', words]]);
  return { code, words };
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
  writeFileSync(
    at('semtel.yaml'),
    `models: { default: { endpoints: [{ base_url: "${simulator.url}/one/v1", model: m, api_key: ${apiKey}, max_concurrency: ${concurrency} }] } }\nworkers: 1\n`,
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
  assertNoSecret(filesIn(folder, ['semtel.yaml']));
  rmSync(folder, { recursive: true });
});

describe('semtel run, the same command again', () => {
  it('after kill -9 pays only what was in flight or not yet saved', async () => {
    const args = ['-c', 'first.prompty'];
    const { code } = await semtelRun(args, (signal) => {
      let asked = 0;
      onRequest = () => {
        if (++asked === killedAt) signal('SIGKILL');
      };
    });
    onRequest = () => {};
    assert.equal(code, null);
    assert(!existsSync(at('out.jsonl')) && existsSync(at('out.jsonl.part')));
    assert(existsSync(at('.semtel/store.sqlite')));
    const spent = await calls();
    const { made, ledger } = await wholeRun(args);
    assert(ledger.stored > 0);
    assert.equal(ledger.stored + made, rows);
    // Not saved: a second's or a thousand answers.
    assert(spent + made - rows <= concurrency + saveEveryAnswers, `${spent} + ${made} calls`);
  });

  it('after it has finished asks nothing', async () => {
    const { made, ledger } = await wholeRun(['-c', 'first.prompty']);
    assert.deepEqual([made, ledger.stored], [0, rows]);
  });

  it('after SIGINT, which ends it with 130, pays only what was in flight', async () => {
    const args = ['-c', 'second.prompty'];
    const before = await calls();
    const { code, words } = await semtelRun(args, (signal) => {
      let asked = 0;
      onRequest = () => {
        if (++asked === interruptedAt) signal('SIGINT');
      };
    });
    onRequest = () => {};
    assert.equal(code, 130);
    assert.match(words, /The answers so far are in out\.jsonl\.part\./);
    assert.equal(
      readFileSync(at('out.jsonl'), 'utf8').trimEnd().split('\n').length,
      rows,
      'the older output stays',
    );
    const spent = (await calls()) - before;
    const { made } = await wholeRun(args);
    assert(spent + made - rows <= concurrency, `${spent} + ${made} calls`);
  });
});
