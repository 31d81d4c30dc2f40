import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements.txt');

/** Where the Python alternatives can run, or why they cannot. */
export type Venv = { readonly python: string } | { readonly missing: string };

/** The virtual environment of the pinned alternatives, in the user's cache folder; made when it is absent or old. */
export async function pythonVenv(): Promise<Venv> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'semtel', 'bench-venv');
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  try {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { python };
    mkdirSync(folder, { recursive: true });
    await run('python3', ['-m', 'venv', '--clear', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
    writeFileSync(stamp, wanted);
    return { python };
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr || error).trim();
    return { missing: said.split('\n').at(-1)! };
  }
}
