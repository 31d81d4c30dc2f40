/**
 * The main job, for real but for the model: a simulated endpoint, the server, and a Spark job over the conversations
 * beside this file. Everything runs on this machine and is stopped at the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../src/server/client.ts';

const root = join(import.meta.dirname, '..', '..');
const target = '127.0.0.1:18815';
const ready = 'http://127.0.0.1:19464/readyz';
const simulator = 'http://127.0.0.1:18099/semtel/stats';
const jobId = 'demo';
const input = join('scripts', 'demo', 'conversations.jsonl');
const out = 'semtel-demo';
const python = join(root, 'spark-udf', '.venv', 'bin', 'python');
/** A slow machine starts a server in a few seconds; later than this it will not. */
const startMs = 30_000;

const running: ChildProcess[] = [];

function semtel(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.push(child);
  return child;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + startMs;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`A part of the demo ended early with code ${child.exitCode}; its words are above.`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer within ${startMs / 1000} s.`);
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

function job(): ChildProcess {
  const withSpark = existsSync(python) && !existsSync(join(root, 'spark-udf', '.venv', 'no-java'));
  if (withSpark) {
    console.log('Spark labels scripts/demo/conversations.jsonl: topic, expertise, satisfaction ...\n');
    const args = [
      'scripts/demo/job.py',
      '--target',
      target,
      '--input',
      input,
      '--output',
      join(out, 'labels.parquet'),
      '--job-id',
      jobId,
    ];
    return spawn(python, args, { cwd: root, stdio: 'inherit' });
  }
  console.log(
    'There is no Java for Spark here (see above); the same server labels the file through semtel run ...\n',
  );
  const args = [
    'src/cli/main.ts',
    'run',
    input,
    '-c',
    'topic,expertise,satisfaction',
    '-o',
    join(out, 'labels.jsonl'),
  ];
  return spawn(process.execPath, [...args, '--server', target, '--yes'], { cwd: root, stdio: 'inherit' });
}

async function printLedger(): Promise<void> {
  const client = connect(target);
  try {
    const { ledger, summary } = await client.getJob(jobId);
    console.log(`\nLedger (${summary})`);
    const names = Object.keys(ledger) as (keyof typeof ledger)[];
    console.log(names.map((name) => `  ${name} ${ledger[name]}`).join('\n'));
  } finally {
    client.close();
  }
}

async function main(): Promise<number> {
  mkdirSync(join(root, out), { recursive: true });
  await answers(
    simulator,
    semtel('simulate', '--port', '18099', '--control', '{"answers":"lexical","latency_ms":50}'),
  );
  await answers(ready, semtel('serve', '--config', 'scripts/demo/semtel.yaml', '--log-level', 'warn'));
  const code = await ended(job());
  if (code !== 0) return code;
  await printLedger();
  console.log(`
These labels come from a simulated endpoint (word overlap), not from a model. For a real one change one line,
the endpoint in scripts/demo/semtel.yaml, and run this again:
  - { base_url: "https://api.openai.com/v1", model: gpt-4o-mini, api_key: "\${env:OPENAI_API_KEY}" }`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const child of running.reverse()) child.kill('SIGTERM');
}
