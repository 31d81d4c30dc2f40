import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertNoSecret, filesIn } from './canary.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A real `semtel serve` on free ports. */
export interface ServeProcess {
  /** `host:port` of both doors. */
  readonly address: string;
  /** `http://host:port` of the status port. */
  readonly status: string;
  /** Milliseconds from its start until it served. */
  readonly startMs: number;
  /** What it has said on standard output and standard error. */
  words(): string;
  /** Resolves when it has said so. */
  said(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code; null after a signal that it did not handle. */
  readonly ended: Promise<number | null>;
}

/** Servers of a folder, so that none outlives a test that fails. */
const started = new Map<string, ChildProcess[]>();

/** Starts one in a folder of `withFolder`, where its settings are written; resolves when it serves. */
export async function startServe(
  folder: string,
  settings: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServeProcess> {
  const yaml = `listen: 127.0.0.1:0\nstatus: 127.0.0.1:0\nworkers: 1\n${settings}`;
  writeFileSync(join(folder, 'semtel.yaml'), yaml);
  const startedMs = performance.now();
  const child = spawn(process.execPath, [main, 'serve', '--log-level', 'debug'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.get(folder)?.push(child);
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const said = async (wanted: string) => {
    while (!words.includes(wanted)) {
      await Promise.race([once(child.stderr, 'data'), ended]);
      if (child.exitCode !== null && !words.includes(wanted)) throw new Error(`it ended:\n${words}`);
    }
  };
  await said('"msg":"Serving."');
  const startMs = performance.now() - startedMs;
  const line = words.split('\n').find((each) => each.includes('"msg":"Serving."'))!;
  const { listen, status } = JSON.parse(line) as { listen: string; status: string };
  return {
    address: listen,
    status: `http://${status}`,
    startMs,
    words: () => words,
    said,
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Runs `work` in a folder of its own, in which no secret is to be left but in the settings. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-serve-'));
  started.set(folder, []);
  try {
    await work(folder);
    assertNoSecret(filesIn(folder, ['semtel.yaml']));
  } finally {
    for (const child of started.get(folder) ?? []) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}
