import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entry } from './backend.ts';
import { layOut } from './sqliteLayout.ts';

export interface FileOptions {
  readonly path: string;
  /** Of the file; beyond it the oldest answers go. */
  readonly maxBytes: number;
  readonly ttlMs: number;
  /** It holds conversations: for its owner's eyes alone, and what is removed is overwritten. */
  readonly confidential?: boolean;
}

/** What a file holds. */
export interface FileStats {
  readonly entries: number;
  readonly bytes: number;
  /** Unix milliseconds; null where there is none. */
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
}

/** One SQLite file of answers. Blocks its thread, and throws what SQLite throws. */
export interface SqliteFile {
  read(keys: readonly string[]): readonly (string | undefined)[];
  /** One transaction. */
  write(entries: readonly Entry[]): void;
  stats(): FileStats;
  /** Removes what was written at or before `untilMs` (Unix milliseconds) and gives the room back; how many went. */
  prune(untilMs: number): number;
  /** The file at the path is no longer the one that was opened: removed, or set aside by another process. */
  replaced(): boolean;
  close(): void;
}

/** Another process' transaction of a thousand answers takes some 10 ms. */
const busyMs = 2_000;
/** Each takes some 50 ms, and others may write between two. */
const pruneAtOnce = 10_000;
/** 4 MB: what a flush can free, many times over. */
const pagesBackAtOnce = 1_000;

/** Opens the file, or makes it with its folder. `now` is the wall clock: files outlive processes. */
export function openSqliteFile(
  { path, maxBytes, ttlMs, confidential = false }: FileOptions,
  now = Date.now,
): SqliteFile {
  mkdirSync(dirname(path), { recursive: true });
  // SQLite gives its journal the same rights.
  if (confidential) closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: busyMs });
  try {
    layOut(db, path, busyMs);
    if (confidential) db.exec('PRAGMA secure_delete = ON');
  } catch (error) {
    db.close();
    throw error;
  }
  const { ino } = statSync(path);
  const find = db.prepare(
    'SELECT lower(hex(key)) AS key, answer FROM answers WHERE key IN (SELECT unhex(value) FROM json_each(?)) AND written > ?',
  );
  const insert = db.prepare('INSERT OR REPLACE INTO answers (key, written, answer) VALUES (unhex(?), ?, ?)');
  const dropOldest = db.prepare(
    'DELETE FROM answers WHERE id IN (SELECT id FROM answers ORDER BY id LIMIT ?) AND written <= ?',
  );
  const dropUntil = db.prepare(
    'DELETE FROM answers WHERE id IN (SELECT id FROM answers WHERE written <= ? LIMIT ?)',
  );
  const number = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get()!)[0] as number;
  const pageBytes = number('page_size');

  function transaction<T>(work: () => T): T {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some errors, such as a full disk.
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  const usedBytes = () => (number('page_count') - number('freelist_count')) * pageBytes;

  /**
   * Twice what came in may go, so that a file beyond its bound or its time shrinks with little work at a time; more
   * only where the file would still grow, because what came in is larger than what goes.
   */
  function makeRoom(written: number, bytesBefore: number): void {
    const count = 2 * written;
    dropOldest.run(count, now() - ttlMs);
    for (let most = maxBytes; usedBytes() > most; most = Math.max(maxBytes, bytesBefore))
      if (dropOldest.run(count, Number.MAX_SAFE_INTEGER).changes === 0) break;
    if (number('page_count') * pageBytes > maxBytes) db.exec(`PRAGMA incremental_vacuum(${pagesBackAtOnce})`);
  }

  return {
    read(keys) {
      const found = find.all(JSON.stringify(keys), now() - ttlMs) as { key: string; answer: string }[];
      const answers = new Map(found.map(({ key, answer }) => [key, answer]));
      return keys.map((key) => answers.get(key));
    },
    write(entries) {
      transaction(() => {
        const bytesBefore = usedBytes();
        for (const [key, text] of entries) insert.run(key, now(), text);
        makeRoom(entries.length, bytesBefore);
      });
    },
    stats() {
      const row = db
        .prepare(
          'SELECT count(*) AS entries, min(written) AS oldestMs, max(written) AS newestMs FROM answers',
        )
        .get() as unknown as Omit<FileStats, 'bytes'>;
      return { ...row, bytes: number('page_count') * pageBytes };
    },
    prune(untilMs) {
      let gone = 0;
      for (let more = true; more; ) {
        const changes = transaction(() => Number(dropUntil.run(untilMs, pruneAtOnce).changes));
        gone += changes;
        more = changes === pruneAtOnce;
      }
      for (let free = Number.POSITIVE_INFINITY; number('freelist_count') < free; ) {
        free = number('freelist_count');
        db.exec(`PRAGMA incremental_vacuum(${pagesBackAtOnce})`);
      }
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return gone;
    },
    replaced: () => statSync(path, { throwIfNoEntry: false })?.ino !== ino,
    close: () => db.close(),
  };
}
