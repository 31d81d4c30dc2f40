import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play } from './scene.ts';

/** Debian's libfaketime: the wall clock of one process, as a file says; the monotonic one goes on. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

const jumps = ['+3600', '-3600', '+86400', '-86400', '+0'];

/** The server's wall clock jumps while it labels. */
export async function clockJumps(): Promise<string> {
  if (!existsSync(library)) throw new Error('install libfaketime (Debian) to let the clock jump');
  const folder = mkdtempSync(join(tmpdir(), 'semtel-clock-'));
  const file = join(folder, 'wall-clock');
  const jump = (seconds: string) => writeFileSync(file, `${seconds}\n`);
  jump('+0');
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  try {
    return await play({ env, latencyMs: 200 }, async ({ label, storeErrors }) => {
      let at = 0;
      let calls = 0;
      for (const seconds of jumps) {
        // Both in the middle of what is asked, and before it.
        const asked = label(at, at + 500);
        setTimeout(() => jump(seconds), 150);
        calls += (await asked).calls;
        at += 500;
      }
      const again = await label(0, at);
      assert.deepEqual([calls, again.calls, again.stored], [at, 0, at]);
      assert.equal(await storeErrors(), 0);
      return `${at} rows right over jumps of ${jumps.slice(0, -1).join(', ')} s; ${calls} calls, none twice; all kept`;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
