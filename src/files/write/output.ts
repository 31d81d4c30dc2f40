import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { messageOf, SemtelError } from '../../base/error.ts';
import { type Format, type Kind, outputKind } from '../format.ts';
import { arrowEncoder } from './arrow.ts';
import { compressing } from './compressing.ts';
import { csvEncoder } from './csv.ts';
import type { Append, Encoder } from './encoder.ts';
import { jsonlEncoder } from './jsonl.ts';
import { takeLock } from './outputLock.ts';
import { parquetEncoder } from './parquet.ts';

/** Where answers go. What stands under the final name is whole: until `finish` it is called `PATH.part`. */
export interface Output {
  /** Adds the rows of one IPC stream. Rejects with one sentence where the disk is full, or fails. */
  write(ipc: Uint8Array): Promise<void>;
  /** Completes the file, has it on the disk, and gives it its name. Rejects likewise. */
  finish(): Promise<void>;
  /**
   * Closes what was written so far, readable, under its `.part` name; resolves false, and leaves nothing, where nothing
   * was, or where it cannot be completed. Never rejects.
   */
  abandon(): Promise<boolean>;
}

const encoders: Readonly<Record<Format, (append: Append) => Encoder>> = {
  parquet: parquetEncoder,
  arrow: arrowEncoder,
  jsonl: jsonlEncoder,
  csv: csvEncoder,
};

/** Opens an output by its suffix; `-` is jsonl on `stdout`. Rejects with one `input` sentence. */
export async function openOutput(path: string, stdout: Writable): Promise<Output> {
  const kind = outputKind(path);
  if (path === '-') return onto(stdout);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true)
    throw new SemtelError('input', `${path} is a folder; name a file that is to be written.`);
  const part = `${path}.part`;
  const unlock = takeLock(`${part}.lock`);
  if (unlock === undefined)
    throw new SemtelError(
      'input',
      `${path} is being written by another run: wait for its end, or write to another file.`,
    );
  const handle = await create(part).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const encoder = encoderOf(kind, handle);
  let written = false;
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= encoder.end());
  const told = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      throw unwritable(part, error);
    }
  };
  return {
    async write(ipc) {
      written = true;
      await told(() => encoder.write(ipc));
    },
    async finish() {
      await told(async () => {
        await end();
        // A disk may tell only now that it is full.
        await handle.sync();
        await handle.close();
        await rename(part, path);
      });
      unlock();
    },
    async abandon() {
      const readable = written && (await done(end()));
      await done(handle.close());
      if (!readable) await done(unlink(part));
      unlock();
      return readable;
    },
  };
}

/** Whether it was done. */
const done = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

function unwritable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof SemtelError || code === undefined) return error;
  return new SemtelError(
    'internal',
    `${path} cannot be written (${messageOf(error)}). Mend that and give the same command again: answers that are kept cost nothing.`,
    { cause: error },
  );
}

function encoderOf({ format, compression }: Kind, handle: FileHandle): Encoder {
  const append = appendTo(handle);
  return compression === null ? encoders[format](append) : compressing(encoders[format], compression, append);
}

/** Nothing is left of what was not written whole, and nothing is written after it. */
function appendTo(handle: FileHandle): Append {
  let length = 0;
  let failure: unknown;
  return async (data) => {
    if (failure !== undefined) throw failure;
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    try {
      await handle.writeFile(bytes);
    } catch (error) {
      failure = error;
      await done(handle.truncate(length));
      throw error;
    }
    length += bytes.length;
  };
}

function onto(stdout: Writable): Output {
  // Node reports a failed write twice; this one would end the process.
  stdout.on('error', () => {});
  const { write } = jsonlEncoder(
    (text) =>
      new Promise((resolve, reject) =>
        stdout.write(text, (error) => {
          if (!error) resolve();
          else
            reject(new SemtelError('cancelled', 'Nobody reads standard output any more.', { cause: error }));
        }),
      ),
  );
  return { write, finish: async () => {}, abandon: async () => false };
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'its folder does not exist' : `it cannot be written (${code})`;
    throw new SemtelError('input', `${path}: ${why}.`, { cause: error });
  }
}
