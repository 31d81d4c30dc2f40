import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..', '..');

/** A `semtel` process whose words and memory are watched. */
export interface Watched {
  readonly pid: number;
  /** Lines of its standard error so far. */
  readonly words: readonly string[];
  /** The largest memory that it has had. */
  readonly peakRssBytes: number;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end; how it did. */
  stop(): Promise<number | string>;
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly node?: readonly string[];
}

/** Starts `semtel ARGS`. */
export function startWatched(
  args: readonly string[],
  { cwd = root, env = {}, node = [] }: Surroundings = {},
): Watched {
  const child = spawn(process.execPath, [...node, join(root, 'src/cli/main.ts'), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const words: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => words.push(line));
  let peakRssBytes = 0;
  // The kernel remembers the peak itself, until the process is gone.
  const watch = setInterval(() => {
    const peak = /VmHWM:\s+(\d+) kB/.exec(statusOf(child.pid!));
    if (peak !== null) peakRssBytes = Number(peak[1]) * 1_024;
  }, 500);
  const ended = once(child, 'close').then(([code, signal]) => {
    clearInterval(watch);
    return (code ?? signal) as number | string;
  });
  return {
    pid: child.pid!,
    words,
    get peakRssBytes() {
      return peakRssBytes;
    },
    ended,
    kill: (signal) => void child.kill(signal),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
