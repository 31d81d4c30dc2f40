import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { recordKeeper } from '../store/keeping.ts';
import { keptStore } from '../store/kept.ts';
import type { RecordKeeper } from '../store/record.ts';
import { redisBackend } from '../store/redis.ts';
import { sqliteBackend } from '../store/sqlite.ts';
import type { FileOptions } from '../store/sqliteFile.ts';
import { type AnswerStore, noStore } from '../store/store.ts';
import { ageWords } from './ageWords.ts';
import type { Config } from './config/load.ts';
import { defaultKeep } from './config/schema.ts';

type StoreConfig = Pick<Config, 'store' | 'folder'>;
type KeepConfig = Pick<Config, 'keep' | 'folder'>;

interface StorePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A local file answers in milliseconds, behind another process' transaction in two seconds; a loaded disk syncs slowly. */
const fileLimits = { readMs: 5_000, writeMs: 10_000 };
/** On the same network a millisecond, and ten for a thousand answers; a wait is to be less than what an answer saves. */
const redisLimits = { readMs: 500, writeMs: 2_000 };

/** The store that the settings name. Nothing is opened yet: a store that cannot be is worked without. */
export function openStore(config: StoreConfig, ports: StorePorts): AnswerStore {
  const { store } = config;
  if (store === 'off') return noStore;
  if (store.url === undefined)
    return keptStore(sqliteBackend(storeFile(config)!, ports), { ...ports, ...fileLimits });
  const backend = redisBackend({ url: store.url, ttlMs: store.ttl_s * 1000 }, ports.clock);
  return keptStore(backend, { ...ports, ...redisLimits });
}

/** The store's file, where it is one; its path is relative to the folder of the settings. */
export function storeFile({ store, folder }: StoreConfig): FileOptions | undefined {
  if (store === 'off' || store.path === undefined) return undefined;
  return { path: resolve(folder, store.path), maxBytes: store.max_bytes, ttlMs: store.ttl_s * 1000 };
}

/** Keeps prompts and replies from now on, and says so. */
export function openKeeper(config: KeepConfig, ports: StorePorts): RecordKeeper {
  const file = keepFile(config);
  ports.log.warn(
    `Conversation text, prompts and replies are kept in plain text in ${file.path} for ${ageWords(file.ttlMs)} (keep).`,
  );
  const { writeMs } = fileLimits;
  return recordKeeper(sqliteBackend(file, ports), { ...ports, writeMs, now: Date.now });
}

/** Where prompts and replies are kept, or would be. */
export function keepFile({ keep, folder }: KeepConfig): FileOptions {
  const { path, max_bytes: maxBytes, ttl_s } = keep === 'off' ? defaultKeep : keep;
  return { path: resolve(folder, path), maxBytes, ttlMs: ttl_s * 1000, confidential: true };
}
