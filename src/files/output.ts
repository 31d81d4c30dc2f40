import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { arrowFileWriter } from '../arrow/fileWriter.ts';
import { jsonRows } from '../arrow/jsonRows.ts';
import { SemtelError } from '../base/error.ts';
import { formatOf } from './format.ts';
import { takeLock } from './outputLock.ts';

/**
 * Where answers go. What stands under the final name is whole: until `finish` it is called `PATH.part`, begins anew with
 * each run, and is one run's alone.
 */
export interface Output {
  /** Adds the rows of one IPC stream. */
  write(ipc: Uint8Array): Promise<void>;
  /** Completes the file and gives it its name. */
  finish(): Promise<void>;
  /** Closes what was written so far, readable, under its `.part` name; resolves false, and leaves nothing, where nothing was. */
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
  const close = async () => {
    await encoder.end();
    await handle.close();
  };
  return {
    async write(ipc) {
      written = true;
      await encoder.write(ipc);
    },
    async finish() {
      await close();
      await rename(part, path);
      unlock();
    },
    async abandon() {
      await close();
      if (!written) await unlink(part);
      unlock();
      return written;
    },
  };
}

interface Encoder {
  write(ipc: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

function jsonlInto(handle: FileHandle): Encoder {
  return {
    write: async (ipc) => void (await handle.writeFile(toLines(ipc))),
    end: async () => {},
  };
}

function arrowInto(handle: FileHandle): Encoder {
  const writer = arrowFileWriter();
  const written = (async () => {
    for await (const bytes of writer.bytes) await handle.writeFile(bytes);
  })();
  // The failure is reported by `end`, or by a write that comes later.
  written.catch(() => {});
  return {
    write: async (ipc) => writer.write(ipc),
    async end() {
      writer.end();
      await written;
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
