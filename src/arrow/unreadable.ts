import { messageOf, SemtelError } from '../base/error.ts';

/** Why a data file cannot be read, in one `input` sentence that names it. */
export function unreadable(path: string, error: unknown): SemtelError {
  const { code } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code !== undefined
        ? `cannot be read (${code})`
        : messageOf(error).replace(/\.$/, '');
  return new SemtelError('input', `${path}: ${why}.`, { cause: error });
}
