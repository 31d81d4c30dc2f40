import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Used {
  readonly cpuMs: number;
  /** Of it, on the main thread. */
  readonly mainMs: number;
  readonly rssBytes: number;
}

export interface Heap {
  readonly mainBytes: number;
  readonly othersBytes: number;
}

/** A process of ours that tells what CPU and memory it has used. */
export interface Measured {
  used(): Promise<Used>;
  /** What the heaps of its threads hold: that of the main thread after a forced collection, others as they are. */
  heap(): Promise<Heap>;
  /** A profile of its main thread while `work` goes on. */
  profile(work: () => Promise<unknown>): Promise<Profiler.Profile>;
  /** The next line of its standard output; rejects where it ends before. */
  line(): Promise<string>;
  send(line: string): void;
  stop(): Promise<void>;
}

/** Starts `node FILE ARGS` under measurement, with these variables besides the environment; standard error is passed on. */
export function startMeasured(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Measured {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'reportCpu.mjs'), file, ...args],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit', 'ipc'], env: { ...process.env, ...env } },
  );
  const lines: string[] = [];
  const waiting: PromiseWithResolvers<string>[] = [];
  let over = false;
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const waiter = waiting.shift();
      if (waiter === undefined) lines.push(part);
      else waiter.resolve(part);
    }
  });
  const ended = () => new Error(`${file} has ended`);
  child.once('close', () => {
    over = true;
    for (const { reject } of waiting.splice(0)) reject(ended());
  });
  const ask = (question: string) =>
    new Promise<unknown>((resolve) => {
      child.once('message', resolve);
      child.send(question);
    });
  return {
    async used() {
      const used = (await ask('used')) as Record<'cpu' | 'mainThread', NodeJS.CpuUsage> & {
        rssBytes: number;
      };
      const ms = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000;
      return { cpuMs: ms(used.cpu), mainMs: ms(used.mainThread), rssBytes: used.rssBytes };
    },
    heap: async () => (await ask('heap')) as Heap,
    async profile(work) {
      await ask('profile');
      await work();
      return (await ask('profiled')) as Profiler.Profile;
    },
    async line() {
      const line = lines.shift();
      if (line !== undefined) return line;
      if (over) throw ended();
      const next = Promise.withResolvers<string>();
      waiting.push(next);
      return next.promise;
    },
    send: (line) => child.stdin!.write(`${line}\n`),
    stop: () =>
      new Promise((resolve) => {
        if (over) return resolve();
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** `semtel simulate` under measurement; resolves once it answers at `origin`. */
export async function startMeasuredSimulator(origin: string, control: object): Promise<Measured> {
  const args = ['simulate', '--port', new URL(origin).port, '--control', JSON.stringify(control)];
  const simulator = startMeasured('src/cli/main.ts', args);
  await untilAnswers(`${origin}/semtel/stats`);
  return simulator;
}

/** Where a server under measurement listens, and the simulated endpoint that it asks. */
interface BenchConfig {
  readonly listen: string;
  readonly status: string;
  readonly origin: string;
  /** Calls at once; absent: as the server finds out. */
  readonly maxConcurrency?: number;
}

/** Writes a configuration with one endpoint into a folder; gives its path. */
export function writeConfig(folder: string, { listen, status, origin, maxConcurrency }: BenchConfig): string {
  const path = join(folder, 'semtel.yaml');
  const bound = maxConcurrency === undefined ? '' : `, max_concurrency: ${maxConcurrency}`;
  writeFileSync(
    path,
    `
listen: ${listen}
status: ${status}
models:
  default:
    endpoints:
      - { name: bench, base_url: "${origin}/v1", model: bench${bound} }
`,
  );
  return path;
}

/** `semtel serve` under measurement; resolves once its status port `host:port` says that it is ready. */
export async function startMeasuredServer(
  config: string,
  status: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const args = ['serve', '--config', config, '--log-level', 'warn'];
  const server = startMeasured('src/cli/main.ts', args, env);
  await untilAnswers(`http://${status}/readyz`);
  return server;
}

/** Waits until `url` answers 2xx. */
export async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer within 30 s`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
