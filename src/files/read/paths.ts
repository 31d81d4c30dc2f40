import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from '../../arrow/unreadable.ts';
import { SemtelError } from '../../base/error.ts';

/**
 * The files among `paths` and below folders among them, each folder's in order of their names. What begins with `_` or
 * `.` is left out below folders, as Spark does: `_SUCCESS`, `.part-0.crc`. Rejects with one `input` sentence.
 */
export async function dataFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) {
      files.push(path);
      continue;
    }
    const found = await filesBelow(path);
    if (found.length === 0) throw new SemtelError('input', `${path}: there is no data file in this folder.`);
    files.push(...found);
  }
  return files;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (/^[._]/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (await isFolder(path)) files.push(...(await filesBelow(path)));
    else files.push(path);
  }
  return files;
}
