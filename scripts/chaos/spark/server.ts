import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAnswers } from '../../bench/measured.ts';
import { ended, semtel } from './processes.ts';

/** `semtel serve` at one address, which goes and comes back. */
export interface RestartedServer {
  /** SIGTERM; once it has drained and ended, the next one. The exit code of the first. */
  restart(): Promise<number | null>;
  /** `kill -9`, and the next one after a while. */
  kill(): Promise<void>;
}

/** As long as whoever watches over servers needs to see that one is gone. */
const awayMs = 2_000;

/** Starts a server and waits until it is ready. */
export async function startServer(config: string, ready: string, log: string): Promise<RestartedServer> {
  let child: ChildProcess;
  const start = async () => {
    child = semtel(['serve', '--config', config, '--log-level', 'warn'], log);
    await untilAnswers(ready);
  };
  await start();
  return {
    async restart() {
      child.kill('SIGTERM');
      const code = await ended(child);
      await start();
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
      await sleep(awayMs);
      await start();
    },
  };
}
