import type { DatabaseSync } from 'node:sqlite';

/** Written into the file; another number is another layout. */
const layout = 1;

/**
 * Ids ascend with time, and a key that is written again gets a new one: the oldest answers are the first pages of the
 * table, found and freed without an index on time.
 */
const createTable = `CREATE TABLE IF NOT EXISTS answers (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, written INTEGER NOT NULL, answer TEXT NOT NULL)`;

/** Four times what SQLite lets gather before it moves the log's pages into the file. */
const maxLogBytes = 1 << 24;

/** SQLITE_BUSY */
const busyCode = 5;
const againMs = 10;

/** Makes the table in a new file; throws, and changes nothing, where the file is not one of ours. */
export function layOut(db: DatabaseSync, path: string, busyMs: number): void {
  // In this order: a file that another process lays out meanwhile is never seen with tables but without their number.
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found !== layout) {
    if (found !== 0 || tables > 0)
      throw new Error(`${path} is another program's or another version's file; name another in store.path`);
    db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    beginJournal(db, busyMs);
    db.exec(`BEGIN IMMEDIATE; ${createTable}; PRAGMA user_version = ${layout}; COMMIT`);
  }
  // The log beside the file takes a large transaction, and gives the room back.
  db.exec(`PRAGMA journal_size_limit = ${maxLogBytes}`);
  // A killed process loses nothing that was committed, a power cut the last seconds; neither harms the file.
  db.exec('PRAGMA synchronous = NORMAL');
}

/**
 * WAL: readers and one writer do not wait for each other. Changing to it is the one statement for which SQLite does
 * not wait by itself while another process does the same.
 */
function beginJournal(db: DatabaseSync, busyMs: number): void {
  for (let waitedMs = 0; ; waitedMs += againMs) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if ((error as { readonly errcode?: number }).errcode !== busyCode || waitedMs >= busyMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, againMs);
    }
  }
}
