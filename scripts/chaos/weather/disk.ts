import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWatched } from '../watched.ts';
import { conversationOf, play } from './scene.ts';
import { type SmallDisk, smallDisk } from './tmpfs.ts';

async function onSmallDisk(
  kilobytes: number,
  work: (disk: SmallDisk) => Promise<string>,
  option: 'rw' | 'ro' = 'rw',
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'semtel-disk-'));
  const disk = smallDisk(folder, kilobytes, option);
  try {
    return await work(disk);
  } finally {
    disk.remove();
    rmdirSync(folder);
  }
}

/** Two seconds: what waits to be saved is tried again each second. */
const twoTries = 2_500;

/** The store's disk is full, and has room again. */
export const storeDiskFull = () =>
  onSmallDisk(1_024, (disk) =>
    play({ store: `store: { path: "${disk.path}/store.sqlite" }` }, async ({ label, storeErrors, said }) => {
      const full = await label(0, 10_000);
      const errors = await storeErrors();
      assert(errors > 0, 'the disk was never full');
      assert.equal(said('Answers cannot be kept'), 1);
      const again = await label(0, 10_000);
      disk.grow(65_536);
      await sleep(twoTries);
      const freed = await label(0, 10_000);
      assert.deepEqual([freed.calls, freed.stored], [0, 10_000]);
      return `10,000 rows right, ${full.calls} calls, ${errors} errors counted, warned once; again ${again.calls} calls; with room again 0`;
    }),
  );

/** The store's disk cannot be written, and then it can. */
export const storeReadOnly = () =>
  onSmallDisk(
    65_536,
    (disk) =>
      play(
        { store: `store: { path: "${disk.path}/store.sqlite" }` },
        async ({ label, storeErrors, said }) => {
          await label(0, 2_000);
          const errors = await storeErrors();
          assert(errors > 0);
          assert.equal(said('Kept answers cannot be looked up'), 1);
          disk.grow(65_536);
          await sleep(twoTries);
          const { stored } = await label(0, 2_000);
          assert.equal(stored, 2_000);
          return `2,000 rows right, ${errors} errors counted, warned once; all kept once it can be written`;
        },
      ),
    'ro',
  );

/** The output's disk is full; the same command goes on when there is room. */
export const outputDiskFull = () =>
  onSmallDisk(256, (disk) =>
    play({}, async ({ folder, config }) => {
      const input = join(folder, 'in.jsonl');
      const rows = Array.from({ length: 3_000 }, (_, row) =>
        JSON.stringify({ conversation: conversationOf(row) }),
      );
      writeFileSync(input, rows.join('\n'));
      const words: string[] = [];
      for (const suffix of ['jsonl', 'arrow']) {
        const output = join(disk.path, `out.${suffix}`);
        const args = ['run', input, '-c', 'topic', '-o', output, '--config', config, '--yes'];
        const first = startWatched(args);
        const code = await first.ended;
        assert.equal(code, 1, first.words.join('\n'));
        const told = first.words.filter((line) => line.startsWith('semtel: '));
        assert.match(told.join('\n'), /cannot be written \(ENOSPC/);
        assert.doesNotMatch(first.words.join('\n'), /internal error/);
        assert(!existsSync(output));
        disk.grow(65_536);
        const second = startWatched(args);
        assert.equal(await second.ended, 0, second.words.join('\n'));
        assert.equal(readFileSync(`${output}.semtel.json`, 'utf8').includes('"failed": 0'), true);
        const { ledger } = JSON.parse(readFileSync(`${output}.semtel.json`, 'utf8'));
        assert.equal(ledger.ok, 3_000);
        words.push(`${suffix}: exit 1, no output; then 3,000 rows with ${ledger.calls} calls`);
        for (const file of [output, `${output}.semtel.json`]) writeFileSync(file, '');
        disk.grow(256);
      }
      return words.join('; ');
    }),
  );
