import { glob, readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { unreadable } from '../../arrow/unreadable.ts';
import { SemtelError } from '../../base/error.ts';

/** What Spark and others leave beside data: `_SUCCESS`, `.part-0.crc`. */
const hidden = /^[._]/;

/**
 * The files among `paths`, those that patterns among them match (`*`, `?`, `**`), and those below folders, in the order
 * of `paths` and, within one, of their names. What begins with `_` or `.` is left out where it was not named. Rejects
 * with one `input` sentence.
 */
export async function dataFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) for (const match of await matches(path)) files.push(...(await filesAt(match)));
  return files;
}

/** A shell that knows no patterns, or was told not to look at one, leaves it to the program. */
async function matches(path: string): Promise<readonly string[]> {
  if (!/[*?]/.test(path) || (await exists(path))) return [path];
  const found = (await Array.fromAsync(glob(path))).filter((match) => !isHidden(match, path.split('/')));
  if (found.length === 0) throw new SemtelError('input', `${path}: no file has a name like this.`);
  return found.sort();
}

/** A name that stands in the pattern itself is meant. */
function isHidden(match: string, pattern: readonly string[]): boolean {
  return match.split(sep).some((name) => hidden.test(name) && !pattern.includes(name));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function filesAt(path: string): Promise<readonly string[]> {
  const kind = await kindAt(path);
  if (kind === 'file') return [path];
  const files = await filesBelow(path);
  if (files.length === 0) throw new SemtelError('input', `${path}: there is no data file in this folder.`);
  return files;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (hidden.test(name)) continue;
    const path = join(folder, name);
    if ((await kindAt(path)) === 'file') files.push(path);
    else files.push(...(await filesBelow(path)));
  }
  return files;
}

async function kindAt(path: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) return 'folder';
  if (found.isFile()) return 'file';
  throw new SemtelError('input', `${path}: this is no file on a disk; inputs are read more than once.`);
}
