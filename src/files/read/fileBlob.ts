import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * A file as what of a Blob the Parquet reader asks for, its parts read straight from disk: `fs.openAsBlob` copies each
 * part twice, which counts for parts of hundreds of megabytes.
 */
export function fileBlob(path: string): Blob {
  const file = openSync(path, 'r');
  try {
    return partOf(path, 0, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function partOf(path: string, start: number, end: number): Blob {
  const size = end - start;
  return {
    size,
    slice: (from = 0, to = size) => partOf(path, start + from, Math.min(start + to, end)),
    arrayBuffer: async () => readPart(path, start, size),
  } as Blob;
}

function readPart(path: string, start: number, size: number): ArrayBuffer {
  const bytes = new Uint8Array(size);
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, start + at);
      if (read === 0) throw new Error('the file became shorter while it was read');
      at += read;
    }
  } finally {
    closeSync(file);
  }
  return bytes.buffer;
}
