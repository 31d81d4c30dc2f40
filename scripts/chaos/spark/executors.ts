import { execFileSync } from 'node:child_process';

/** As Spark calls the program of an executor. */
const program = 'CoarseGrainedExecutorBackend';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const fields = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return fields === null
      ? []
      : [{ pid: Number(fields[1]), parent: Number(fields[2]), command: fields[3]! }];
  });
}

/** Kills one executor among the descendants of a job's process, as a failing machine would; false: there is none. */
export function killExecutor(job: number): boolean {
  const all = processes();
  const family = new Set([job]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  const executor = all.find(({ pid, command }) => family.has(pid) && command.includes(program));
  if (executor === undefined) return false;
  process.kill(executor.pid, 'SIGKILL');
  return true;
}
