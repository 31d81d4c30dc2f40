import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const running = new Set<ChildProcess>();

/** Starts a program in the checkout; all that it says is added to the file `log`. */
export function start(program: string, args: readonly string[], log: string): ChildProcess {
  const file = openSync(log, 'a');
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', file, file] });
  closeSync(file);
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** Starts a `semtel` command. */
export function semtel(args: readonly string[], log: string): ChildProcess {
  return start(process.execPath, ['src/cli/main.ts', ...args], log);
}

/** The exit code of a process; null where a signal ended it. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Runs `main` and ends all that it started; exit code 1 where it throws or its claims do not hold. */
export async function asProgram(main: () => Promise<boolean>, folder: string): Promise<void> {
  try {
    if (!(await main())) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await endAll();
    console.log(`\nLogs and answers are in ${folder}.`);
  }
}

/** Ends all that is still running. */
async function endAll(): Promise<void> {
  const children = [...running];
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map(ended));
}
