import { zstdDecompressSync } from 'node:zlib';
import { CompressionType } from 'apache-arrow/fb/compression-type';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { broken } from './checks.ts';
import { maxExpandedBytes } from './column.ts';
import { unpackLz4 } from './lz4.ts';

/** What a stream may still claim beyond the bytes that were sent. */
export interface Budget {
  /** Bytes that its compressed buffers expand to. */
  bytes: number;
  /** Values of its columns and their members: nulls and empty structs take no byte each, but time and room to read. */
  values: number;
}

/** As many as take `maxExpandedBytes` once they are row numbers to gather. */
const maxValues = maxExpandedBytes / Int32Array.BYTES_PER_ELEMENT;

export function newBudget(): Budget {
  return { bytes: maxExpandedBytes, values: maxValues };
}

/** Takes the values of a column from the budget; throws `bad_arrow` where it has not as many. */
export function spendValues(budget: Budget, length: number): void {
  budget.values -= length;
  if (budget.values < 0) throw broken(`its columns hold more than ${maxValues} values`);
}

/** The buffers of one record batch, in order, each inside the body. */
export interface Buffers {
  /** The next buffer as it is. */
  whole(): Uint8Array;
  /** The first `bytes` of the next buffer, which must have them. */
  next(bytes: number): Uint8Array;
  /** The same for a validity bitmap, which may be left out (null). */
  bitmap(bytes: number): Uint8Array | null;
  /** `length + 1` offsets; the format allows none at all for a column without rows. */
  offsets(length: number, width: number): Uint8Array;
}

/** Reads the buffers of a batch. All its functions throw `bad_arrow`. */
export function readBuffers(batch: RecordBatch, body: Uint8Array, budget: Budget): Buffers {
  const inflate = inflaterOf(batch, budget);
  let index = 0;
  function whole(): Uint8Array {
    const region = batch.buffers[index++];
    if (region === undefined) throw broken('it has fewer buffers than its schema needs');
    const { offset, length } = region;
    if (!(offset >= 0 && length >= 0 && offset + length <= body.length))
      throw broken(`a buffer lies outside the ${body.length} bytes of the body`);
    return inflate(body.subarray(offset, offset + length));
  }
  function next(bytes: number): Uint8Array {
    const buffer = whole();
    if (buffer.length < bytes) throw broken(`a buffer has ${buffer.length} bytes where ${bytes} are needed`);
    return buffer.subarray(0, bytes);
  }
  return {
    whole,
    next,
    bitmap(bytes) {
      const buffer = whole();
      if (buffer.length > 0 && buffer.length < bytes) throw broken('a validity bitmap is too short');
      return buffer.length === 0 ? null : buffer.subarray(0, bytes);
    },
    offsets: (length, width) => (length > 0 ? next((length + 1) * width) : whole().subarray(0, width)),
  };
}

/**
 * Turns a buffer as sent into the buffer as meant: int64 length, then the compressed bytes; length -1 for bytes that
 * are not compressed after all.
 */
function inflaterOf({ compression }: RecordBatch, budget: Budget): (buffer: Uint8Array) => Uint8Array {
  if (compression === null) return (buffer) => buffer;
  const unpack = compression.type === CompressionType.ZSTD ? unpackZstd : unpackLz4;
  return (buffer) => {
    if (buffer.length === 0) return buffer;
    if (buffer.length < 8) throw broken('a compressed buffer is too short');
    const size = Number(new DataView(buffer.buffer, buffer.byteOffset).getBigInt64(0, true));
    const packed = buffer.subarray(8);
    if (size === -1) return packed;
    if (!(size >= 0 && size <= budget.bytes))
      throw broken(`its buffers expand to more than ${maxExpandedBytes} bytes`);
    budget.bytes -= size;
    return unpack(packed, size);
  };
}

function unpackZstd(packed: Uint8Array, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = zstdDecompressSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch (cause) {
    throw broken('a zstd buffer cannot be read', cause);
  }
  if (bytes.length !== size) throw broken(`a compressed buffer holds ${bytes.length} bytes and says ${size}`);
  return bytes;
}
