import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint, Seen } from './endpoint.ts';
import { ended, start } from './processes.ts';

const venv = join(import.meta.dirname, '..', '..', '..', 'spark-udf', '.venv');
const python = join(venv, 'bin', 'python');

/** Rows of a job by what became of them, as job.py counts them. */
export interface Counts {
  readonly lost: number;
  readonly doubled: number;
  /** Labelled as another row. */
  readonly wrong: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

/** A job from its start to its end. */
export interface Ran {
  readonly seconds: number;
  readonly counts: Counts;
  readonly before: Seen;
  readonly after: Seen;
}

export interface Job {
  readonly pid: number;
  /** Rejects where the job fails. */
  readonly ran: Promise<Ran>;
}

/** @throws Error where Spark cannot run here. */
export function checkSpark(): void {
  if (!existsSync(python)) throw new Error('There is no Python environment with Spark yet: npm run setup.');
  if (existsSync(join(venv, 'no-java')))
    throw new Error('Spark needs Java 17 or later; then once more: npm run setup.');
}

/** Starts job.py over so many rows. */
export async function startJob(
  rows: number,
  target: string,
  folder: string,
  endpoint: Endpoint,
): Promise<Job> {
  const before = await endpoint.seen();
  const startedMs = performance.now();
  const args = ['scripts/chaos/spark/job.py', '--rows', String(rows), '--target', target, '--folder', folder];
  const child = start(python, args, join(folder, 'job.log'));
  const ran = async (): Promise<Ran> => {
    const code = await ended(child);
    if (code !== 0) throw new Error(`The Spark job ended with code ${code}; its words are in ${folder}.`);
    const seconds = (performance.now() - startedMs) / 1000;
    const counts = JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8')) as Counts;
    return { seconds, counts, before, after: await endpoint.seen() };
  };
  return { pid: child.pid!, ran: ran() };
}
