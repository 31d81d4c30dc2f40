import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Used {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** A process of ours that tells what CPU and memory it has used. */
export interface Measured {
  used(): Promise<Used>;
  /** The next line of its standard output. */
  line(): Promise<string>;
  send(line: string): void;
  stop(): Promise<void>;
}

/** Starts `node FILE ARGS` under measurement; standard error is passed on. */
export function startMeasured(file: string, args: readonly string[]): Measured {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'reportCpu.mjs'), file, ...args],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit', 'ipc'] },
  );
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const waiter = waiting.shift();
      if (waiter === undefined) lines.push(part);
      else waiter(part);
    }
  });
  return {
    used: () =>
      new Promise((resolve) => {
        child.once('message', (message) => {
          const { cpu, rssBytes } = message as { cpu: NodeJS.CpuUsage; rssBytes: number };
          resolve({ cpuMs: (cpu.user + cpu.system) / 1000, rssBytes });
        });
        child.send('used');
      }),
    line: () =>
      new Promise((resolve) => {
        const line = lines.shift();
        if (line === undefined) waiting.push(resolve);
        else resolve(line);
      }),
    send: (line) => child.stdin!.write(`${line}\n`),
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
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
