import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { noMetrics } from '../../src/base/metrics.ts';
import { keptStore, saveEveryAnswers } from '../../src/store/kept.ts';
import { sqliteBackend } from '../../src/store/sqlite.ts';
import { answer, keyOf } from './parts.ts';

/**
 * `node writer.child.ts PATH FROM COUNT EVERY [MAXBYTES]`: keeps so many answers from number FROM on, EVERY of them each
 * 10 ms, and while one batch is written no more than another. A line `PUT SAVED idle|writing` on standard output tells
 * each time how many were put and how many of them are saved.
 */
const path = process.argv[2]!;
const [from, count, every, maxBytes = 1e9] = process.argv.slice(3).map(Number) as [number, number, number];
const backend = sqliteBackend({ path, maxBytes, ttlMs: 1e9 }, { log: noLog, metrics: noMetrics });
let put = 0;
let saved = 0;
/** How many had been put when the write that runs began. */
let putBefore: number | undefined;
const tell = (state: 'idle' | 'writing') => writeSync(1, `${put} ${saved} ${state}\n`);
const telling = {
  ...backend,
  async write(entries: Parameters<typeof backend.write>[0]) {
    tell('writing');
    putBefore = put;
    await backend.write(entries);
    putBefore = undefined;
    saved += entries.length;
    tell('idle');
  },
};
const store = keptStore(telling, {
  clock: systemClock,
  readMs: 5_000,
  writeMs: 10_000,
  log: noLog,
  metrics: noMetrics,
});
while (put < count) {
  const mayPut = putBefore === undefined || put + every <= putBefore + saveEveryAnswers;
  for (let n = 0; mayPut && n < every && put < count; n++, put++)
    store.put(keyOf(from + put), answer(String(from + put)));
  tell('idle');
  await pause(10);
}
await store.close();
