/**
 * A Spark job over two servers, then the same job with one of them killed (`kill -9`) at half of its rows, for good.
 * Each row says what its answer must be. Prints both times and a verdict: no row lost, doubled or wrong, and at most 1.3
 * times the time. Times go from the first answer of the endpoint to the end of the job, so without Spark's start. The
 * servers keep no answers: what the dead one had in hand is asked again.
 *
 *   node scripts/chaos/twoServers.ts [--rows 10000]
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../bench/endpoints/freePort.ts';
import { untilAnswers } from '../bench/measured.ts';
import { type Endpoint, endpointAt } from './spark/endpoint.ts';
import { checkSpark, type Ran, startJob } from './spark/job.ts';
import { asProgram, semtel } from './spark/processes.ts';

/** Of the time with both servers: what a dead one may cost where the endpoints have room for the rest. */
const allowed = 1.3;
/** Answers are looked for so often; far less than what is measured. */
const pollMs = 50;

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const rows = Number(values.rows);
const folder = mkdtempSync(join(tmpdir(), 'semtel-two-servers-'));

interface Server {
  readonly target: string;
  readonly child: ChildProcess;
}

async function startServer(name: string, origin: string): Promise<Server> {
  const [target, status] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const config = join(folder, `${name}.yaml`);
  writeFileSync(
    config,
    `
listen: ${target}
status: ${status}
prompts: [${JSON.stringify(join(import.meta.dirname, 'spark'))}]
store: off
models:
  default:
    endpoints:
      - { name: east, base_url: "${origin}/east/v1", model: simulated }
      - { name: west, base_url: "${origin}/west/v1", model: simulated }
`,
  );
  const child = semtel(['serve', '--config', config, '--log-level', 'warn'], join(folder, `${name}.log`));
  await untilAnswers(`http://${status}/readyz`);
  return { target, child };
}

interface Timed {
  readonly ran: Ran;
  /** From the first answer to the end. */
  readonly seconds: number;
}

/** Runs the job; `atHalf` is called when half of its rows have been answered. */
async function timed(targets: string, endpoint: Endpoint, atHalf: () => void): Promise<Timed> {
  const job = await startJob(rows, targets, folder, endpoint);
  const { answered: before } = await endpoint.seen();
  const until = async (count: number) => {
    const over = job.ran.then(() => {
      throw new Error(`The job ended before ${count} answers.`);
    });
    const reached = async () => {
      while ((await endpoint.seen()).answered - before < count) await sleep(pollMs);
    };
    await Promise.race([over, reached()]);
  };
  await until(1);
  const startMs = performance.now();
  await until(rows / 2);
  atHalf();
  const ran = await job.ran;
  return { ran, seconds: (performance.now() - startMs) / 1000 };
}

function printed(name: string, { ran, seconds }: Timed): boolean {
  const { lost, doubled, wrong, statuses } = ran.counts;
  const calls = ran.after.requests - ran.before.requests;
  console.log(
    `${name}: ${rows} rows in ${seconds.toFixed(1)} s (${(rows / seconds).toFixed(0)} rows/s), ${calls} calls, ` +
      `${lost} lost, ${doubled} doubled, ${wrong} wrong, ${JSON.stringify(statuses)}`,
  );
  return lost + doubled + wrong === 0 && statuses.ok === rows;
}

async function main(): Promise<boolean> {
  checkSpark();
  const origin = `http://127.0.0.1:${await freePort()}`;
  const control = JSON.stringify({ answers: 'marked', latency_ms: 500 });
  semtel(['simulate', '--port', new URL(origin).port, '--control', control], join(folder, 'simulate.log'));
  await untilAnswers(`${origin}/semtel/stats`);
  const endpoint = endpointAt(origin);
  const [stays, dies] = [await startServer('stays', origin), await startServer('dies', origin)];
  const targets = `${stays.target},${dies.target}`;
  const both = await timed(targets, endpoint, () => {});
  const one = await timed(targets, endpoint, () => dies.child.kill('SIGKILL'));
  const whole = [printed('Two servers', both), printed('One killed at half', one)].every(Boolean);
  const ratio = one.seconds / both.seconds;
  console.log(`${ratio.toFixed(2)} times the time; may be ${allowed}`);
  return whole && ratio <= allowed;
}

await asProgram(main, folder);
