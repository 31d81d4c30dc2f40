import { SemtelError } from '../base/error.ts';

export type Format = 'arrow' | 'jsonl';

/** Format of a file by its suffix; `-` is jsonl. Rejects other suffixes with one `input` sentence. */
export function formatOf(path: string): Format {
  if (path === '-' || /\.(jsonl|ndjson)$/i.test(path)) return 'jsonl';
  if (/\.(arrow|arrows|feather|ipc)$/i.test(path)) return 'arrow';
  throw new SemtelError('input', `${path}: this version reads and writes .arrow and .jsonl files only.`);
}
