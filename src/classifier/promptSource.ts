import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { messageOf, SemtelError } from '../base/error.ts';

/** A prompt file by its path, or its text with the name and folder it would have. */
export type PromptSource = string | { readonly source: string; readonly name: string; readonly dir: string };

export interface PromptText {
  /** As named in messages. */
  readonly file: string;
  /** Name of the classifier unless the file gives one. */
  readonly name: string;
  /** Folder that `${file:}` may read. */
  readonly dir: string;
  /** With LF line ends and no byte order mark, so that a checkout's habits change no digest. */
  readonly source: string;
}

export function promptText(from: PromptSource): PromptText {
  const clean = (source: string) => source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (typeof from !== 'string') return { ...from, file: `${from.name}.prompty`, source: clean(from.source) };
  try {
    const source = clean(readFileSync(from, 'utf8'));
    return { file: from, name: basename(from, '.prompty'), dir: dirname(resolve(from)), source };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'there is no such file' : messageOf(error);
    throw new SemtelError('prompt', `Cannot read the prompt file ${from}: ${why}.`, { cause: error });
  }
}
