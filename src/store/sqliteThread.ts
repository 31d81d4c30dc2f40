import { existsSync, renameSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../base/error.ts';
import type { Entry } from './backend.ts';
import { type FileOptions, openSqliteFile, type SqliteFile } from './sqliteFile.ts';

/** What the thread is asked; it answers each with the same id, in order. */
export type Task = { readonly id: number } & (
  | { readonly keys: readonly string[] }
  | { readonly entries: readonly Entry[] }
  | { readonly close: true }
);

export interface Done {
  readonly id: number;
  readonly texts?: readonly (string | undefined)[];
  readonly failure?: string;
  /** Where a corrupt file was put. */
  readonly setAside?: string;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: the low byte of SQLite's result codes. */
const corruptCodes: ReadonlySet<number> = new Set([11, 26]);

const options = workerData as FileOptions;
let file: SqliteFile | undefined;

/** Runs on the file at the path as it is now; opened anew after any failure. */
function onFile<T>(work: (file: SqliteFile) => T): T {
  if (file?.replaced()) closeFile();
  try {
    file ??= openSqliteFile(options);
    return work(file);
  } catch (error) {
    closeFile();
    throw error;
  }
}

function closeFile(): void {
  const closing = file;
  file = undefined;
  try {
    closing?.close();
  } catch {
    // What is broken is often broken in closing, too.
  }
}

function isCorrupt(error: unknown): boolean {
  const code = (error as { readonly errcode?: number }).errcode;
  return code !== undefined && corruptCodes.has(code & 0xff);
}

/** Somebody may want to look into the file: it is renamed, not removed. */
function setAside(): string {
  const aside = `${options.path}.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(options.path + suffix)) renameSync(options.path + suffix, aside + suffix);
  return aside;
}

/** Another process may have set it aside before: what stands there now is looked at once more. */
function inNewFile<T extends object>(work: (file: SqliteFile) => T): T & Pick<Done, 'setAside'> {
  try {
    return onFile(work);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const aside = setAside();
    return { ...onFile(work), setAside: aside };
  }
}

function answer(task: Task): Done {
  const work = (open: SqliteFile) => {
    if ('keys' in task) return { texts: open.read(task.keys) };
    if ('entries' in task) open.write(task.entries);
    return {};
  };
  try {
    if ('close' in task) {
      closeFile();
      return { id: task.id };
    }
    return { id: task.id, ...onFile(work) };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { id: task.id, ...inNewFile(work) };
  }
}

parentPort!.on('message', (task: Task) => {
  let done: Done;
  try {
    done = answer(task);
  } catch (error) {
    done = { id: task.id, failure: messageOf(error) };
  }
  parentPort!.postMessage(done);
});
