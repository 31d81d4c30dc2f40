import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..', '..');
const python = join(root, 'spark-udf', '.venv', 'bin', 'python');
const fileOf = (name: string) => join(import.meta.dirname, name);

/** Runs a Python program of this folder to its end; gives the lines of JSON that it printed. */
export async function runPython(name: string, args: readonly string[]): Promise<unknown[]> {
  const { stdout } = await promisify(execFile)(python, [fileOf(name), ...args], {
    cwd: root,
    env: { ...process.env, PYTHONPATH: join(root, 'spark-udf') },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** Starts a Python program of this folder, which says when it is ready; the returned function ends it. */
export async function startPython(name: string, args: readonly string[]): Promise<() => Promise<void>> {
  const child = spawn(python, [fileOf(name), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (String(first).trim() !== 'ready') throw new Error(`${name} did not start: ${first}`);
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}
