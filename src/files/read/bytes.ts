import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Compression } from '../format.ts';

/** The bytes of a file, decompressed, as they are asked for. */
export async function* chunks(path: string, compression: Compression | null): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  if (compression === null) {
    yield* file;
    return;
  }
  const unpacked = file.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress());
  // A pipe does not carry errors of its source on.
  file.on('error', (error) => unpacked.destroy(error));
  try {
    yield* Readable.from(unpacked);
  } finally {
    file.destroy();
  }
}
