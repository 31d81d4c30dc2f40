import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_BUSY */
const busyCode = 5;

/**
 * Takes the only lock at `path`; undefined where another process, or this one, has it. It ends with its holder, however
 * that ends: SQLite locks its files through the system, for which Node has no call of its own. The returned function
 * gives it back. Where no file can be made or locked there is no lock, and no error.
 */
export function takeLock(path: string): (() => void) | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    // Nothing is ever written, so no journal need lie beside it.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    if ((error as { readonly errcode?: number }).errcode === busyCode) {
      lock?.close();
      return undefined;
    }
  }
  return () => {
    // Removed first: nobody can take what is about to go.
    rmSync(path, { force: true });
    lock?.close();
  };
}
