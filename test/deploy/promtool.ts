import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

export const noPromtool =
  spawnSync('promtool', ['--version']).status === 0
    ? false
    : "there is no promtool (Debian's prometheus brings it)";

/** What Prometheus' own checker says; fails when it finds fault. */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout + stderr;
}
