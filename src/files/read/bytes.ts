import { createReadStream, type ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { unreadable } from '../../arrow/unreadable.ts';
import { SemtelError } from '../../base/error.ts';
import type { Compression } from '../format.ts';
import { zstdFrames } from './zstdFrames.ts';

/** The bytes of a file, decompressed, as they are asked for. Rejects with `input` errors that name it. */
export async function* chunks(path: string, compression: Compression | null): AsyncGenerator<Buffer> {
  try {
    if (compression === null) yield* createReadStream(path);
    else if (compression === 'gzip') yield* unpacked(createReadStream(path), createGunzip());
    else
      for await (const frame of zstdFrames(path))
        yield* unpacked(createReadStream(path, frame), createZstdDecompress());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!/^(Z_|ZSTD_)/.test(code ?? '')) throw unreadable(path, error);
    const what = code === 'Z_BUF_ERROR' ? 'end in the middle: the file is cut' : 'are damaged';
    throw new SemtelError('input', `${path}: its ${compression} data ${what}.`, { cause: error });
  }
}

async function* unpacked(file: ReadStream, unpacker: Gunzip | ZstdDecompress): AsyncGenerator<Buffer> {
  // A pipe does not carry errors of its source on.
  file.on('error', (error) => unpacker.destroy(error));
  try {
    yield* Readable.from(file.pipe(unpacker));
  } finally {
    file.destroy();
  }
}
