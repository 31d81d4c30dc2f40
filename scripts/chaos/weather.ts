/**
 * A real server while clock, disk, Redis and the store's file do what they should not. Every conversation says its
 * label, so a wrong or missing one is seen. One line for each; ends with 1 where one did not hold.
 * Needs root (small disks), redis-server and libfaketime.
 *
 *   node scripts/chaos/weather.ts [NAME…]
 */
import { messageOf } from '../../src/base/error.ts';
import { clockJumps } from './weather/clock.ts';
import { outputDiskFull, storeDiskFull, storeReadOnly } from './weather/disk.ts';
import { fileCorrupted, fileLocked, fileRemoved } from './weather/file.ts';
import { writerKilled } from './weather/killed.ts';
import { redisRestarts } from './weather/redis.ts';

const acts: Readonly<Record<string, () => Promise<string>>> = {
  'clock jumps': clockJumps,
  'store: disk full': storeDiskFull,
  'store: read-only': storeReadOnly,
  'output: disk full': outputDiskFull,
  'redis restarts': redisRestarts,
  'file corrupted': fileCorrupted,
  'file removed': fileRemoved,
  'file locked': fileLocked,
  'writer killed': writerKilled,
};

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(acts)) {
  try {
    console.log(`${name}: ${await acts[name]!()}`);
  } catch (error) {
    console.log(`${name}: FAILED: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}
