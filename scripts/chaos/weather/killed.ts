import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../src/base/random.ts';
import { openSqliteFile } from '../../../src/store/sqliteFile.ts';
import { keysOf } from '../../../test/store/parts.ts';

const writer = fileURLToPath(new URL('../../../test/store/writer.child.ts', import.meta.url));
const rounds = 20;
/** From the first answer on; an interval is at most a second. */
const withinMs = 3_000;

/** Kills a process that keeps answers at random moments; how many it had given and not saved. */
export async function writerKilled(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-killed-'));
  const path = join(folder, 'store.sqlite');
  const random = seededRandom(1);
  const words: string[] = [];
  try {
    for (const every of [5, 25]) {
      const lost: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const from = (every * 100 + round) * 1_000_000;
        const put = await putUntilKilled(path, from, every, random() * withinMs);
        const file = openSqliteFile({ path, maxBytes: 1e9, ttlMs: 1e9 });
        const kept = file.read(keysOf(put, from)).map((text) => text !== undefined);
        file.close();
        // What is saved is the first that were put: no hole.
        assert.equal(kept.lastIndexOf(true), kept.indexOf(false) < 0 ? put - 1 : kept.indexOf(false) - 1);
        lost.push(kept.filter((each) => !each).length);
      }
      lost.sort((one, two) => one - two);
      words.push(`at ${every * 100} a second median ${lost[rounds / 2]}, most ${lost.at(-1)}`);
    }
    return `answers lost by kill -9, ${rounds} times each: ${words.join('; ')}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How many it had put when it was killed, so long after its first. */
async function putUntilKilled(path: string, from: number, every: number, ms: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, String(from), '1000000', String(every)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let put = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (put === 0) setTimeout(() => child.kill('SIGKILL'), ms);
    put = Number(line.split(' ')[0]);
  }
  return put;
}
