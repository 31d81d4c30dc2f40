import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from '../../src/files/write/outputLock.ts';

const source = new URL('../../src/files/write/outputLock.ts', import.meta.url);

/** Another process that takes the lock and keeps it until it is killed. */
const holder = (path: string) => `
import { takeLock } from ${JSON.stringify(source)};
console.log(takeLock(${JSON.stringify(path)}) !== undefined);
setInterval(() => {}, 1000);
`;

test('a lock is held by one process until it gives it back or is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-lock-'));
  const path = join(folder, 'lock');
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder(path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [said] = await once(child.stdout, 'data');
    assert.equal(String(said), 'true\n');
    assert.equal(takeLock(path), undefined);
    assert.deepEqual(readdirSync(folder), ['lock']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const giveBack = takeLock(path);
    assert(giveBack !== undefined);
    assert.equal(takeLock(path), undefined);
    giveBack();
    assert.deepEqual(readdirSync(folder), []);
    takeLock(path)?.();
    assert.doesNotThrow(() => takeLock(join(folder, 'no', 'lock'))?.(), 'no folder: no lock');
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
