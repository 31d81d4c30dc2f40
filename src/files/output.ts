import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { arrowFileWriter } from '../arrow/fileWriter.ts';
import { jsonRows } from '../arrow/jsonRows.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import { formatOf } from './format.ts';
import { takeLock } from './outputLock.ts';

/**
 * Where answers go. What stands under the final name is whole: until `finish` it is called `PATH.part`, begins anew with
 * each run, and is one run's alone.
 */
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

/** Opens an output by its suffix; `-` is jsonl on `stdout`. Rejects with one `input` sentence. */
export async function openOutput(path: string, stdout: Writable): Promise<Output> {
  const format = formatOf(path);
  if (path === '-') return jsonlOnto(stdout);
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
  const encoder = format === 'arrow' ? arrowInto(handle) : jsonlInto(handle);
  let written = false;
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
        await encoder.end();
        // A disk may tell only now that it is full.
        await handle.sync();
        await handle.close();
        await rename(part, path);
      });
      unlock();
    },
    async abandon() {
      const readable = written && (await done(encoder.end()));
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

interface Encoder {
  write(ipc: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

function jsonlInto(handle: FileHandle): Encoder {
  let bytes = 0;
  return {
    async write(ipc) {
      const lines = Buffer.from(toLines(ipc));
      try {
        await handle.writeFile(lines);
      } catch (error) {
        // No half a line is left.
        await done(handle.truncate(bytes));
        throw error;
      }
      bytes += lines.length;
    },
    end: async () => {},
  };
}

function arrowInto(handle: FileHandle): Encoder {
  const writer = arrowFileWriter();
  let failure: unknown;
  const written = (async () => {
    for await (const bytes of writer.bytes) await handle.writeFile(bytes);
  })().catch((error: unknown) => {
    failure = error;
  });
  return {
    async write(ipc) {
      if (failure !== undefined) throw failure;
      writer.write(ipc);
    },
    async end() {
      writer.end();
      await written;
      if (failure !== undefined) throw failure;
    },
  };
}

function jsonlOnto(stdout: Writable): Output {
  // Node reports a failed write twice; this one would end the process.
  stdout.on('error', () => {});
  return {
    write: (ipc) =>
      new Promise((resolve, reject) =>
        stdout.write(toLines(ipc), (error) => {
          if (!error) resolve();
          else
            reject(new SemtelError('cancelled', 'Nobody reads standard output any more.', { cause: error }));
        }),
      ),
    finish: async () => {},
    abandon: async () => false,
  };
}

function toLines(ipc: Uint8Array): string {
  return jsonRows(ipc)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
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
