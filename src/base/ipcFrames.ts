import { SemtelError } from './error.ts';

/**
 * Framing of Arrow IPC streams, without a look into schemas or columns: what turns the bare messages of Arrow
 * Flight into a stream and back. An encapsulated message is 0xFFFFFFFF, int32 length of the metadata (padding
 * included), the metadata (a Message flatbuffer), and a body whose length the metadata tells.
 * Source: Apache Arrow columnar format, "Encapsulated message format".
 */

/** One message: the bare flatbuffer (Flight's `data_header`) and its body (`data_body`). */
export interface Frame {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

const continuation = 0xffffffff;
const prefixBytes = 8;

function broken(message: string, cause?: unknown): SemtelError {
  return new SemtelError('bad_arrow', message, { cause });
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `bodyLength` of a Message flatbuffer: field 3 of its root table. Throws `bad_arrow`. */
export function bodyLengthOf(header: Uint8Array): number {
  const view = viewOf(header);
  try {
    const table = view.getUint32(0, true);
    const vtable = table - view.getInt32(table, true);
    const slot = 4 + 3 * 2;
    const field = slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0;
    return field === 0 ? 0 : Number(view.getBigInt64(table + field, true));
  } catch (cause) {
    throw broken('An Arrow message has metadata that points outside itself.', cause);
  }
}

/** What the first bytes look like, where they are not an IPC stream. */
function looksLike(ipc: Uint8Array): string {
  const start = new TextDecoder('latin1').decode(ipc.subarray(0, 6));
  if (start === 'ARROW1') return 'this is an Arrow file; send the stream format';
  if (/^\s*[[{]/.test(start)) return 'this looks like JSON text';
  return 'it does not start with the marker 0xFFFFFFFF';
}

/**
 * The messages of a stream, in order, as views of `ipc`. Throws `bad_arrow` where a message is cut, where bytes
 * follow the end marker, or where the bytes are no stream. The end marker itself may be missing.
 */
export function* readFrames(ipc: Uint8Array): Generator<Frame> {
  if (ipc.length === 0) throw broken('The Arrow batch is empty (0 bytes); send a whole IPC stream.');
  const view = viewOf(ipc);
  let at = 0;
  while (at < ipc.length) {
    if (at + prefixBytes > ipc.length || view.getUint32(at, true) !== continuation) {
      if (at === 0) throw broken(`The batch is not an Arrow IPC stream: ${looksLike(ipc)}.`);
      throw broken(`The Arrow stream breaks off at byte ${at}: no message starts there.`);
    }
    const length = view.getInt32(at + 4, true);
    at += prefixBytes;
    if (length === 0) {
      if (at !== ipc.length)
        throw broken(`${ipc.length - at} bytes follow the end marker of the Arrow stream; send one stream.`);
      return;
    }
    if (length < 0 || length > ipc.length - at)
      throw broken(
        `An Arrow message at byte ${at} says ${length} bytes of metadata; ${ipc.length - at} follow.`,
      );
    const header = ipc.subarray(at, at + length);
    at += length;
    const bodyLength = bodyLengthOf(header);
    if (!(bodyLength >= 0 && bodyLength <= ipc.length - at))
      throw broken(
        `An Arrow message at byte ${at} says ${bodyLength} bytes of body; ${ipc.length - at} follow.`,
      );
    yield { header, body: ipc.subarray(at, at + bodyLength) };
    at += bodyLength;
  }
}

/** The stream of `frames`, each padded to 8 bytes; `end` adds the end marker. */
export function writeFrames(frames: readonly Frame[], end: boolean): Uint8Array {
  let size = end ? prefixBytes : 0;
  for (const { header, body } of frames) size += prefixBytes + padded(header.length) + padded(body.length);
  const ipc = new Uint8Array(size);
  const view = viewOf(ipc);
  let at = 0;
  for (const { header, body } of frames) {
    view.setUint32(at, continuation, true);
    view.setInt32(at + 4, padded(header.length), true);
    ipc.set(header, at + prefixBytes);
    at += prefixBytes + padded(header.length);
    ipc.set(body, at);
    at += padded(body.length);
  }
  if (end) view.setUint32(at, continuation, true);
  return ipc;
}

/** A stream of a schema and exactly one record batch, as the two messages that Flight sends. */
export function splitStream(ipc: Uint8Array): { readonly schema: Frame; readonly batch: Frame } {
  const [schema, batch, ...further] = readFrames(ipc);
  if (schema === undefined || batch === undefined || further.length > 0)
    throw new SemtelError('internal', 'A result stream must hold a schema and exactly one record batch.');
  return { schema, batch };
}

/** The bare schema message of a framed schema (a stream without batches). */
export function schemaHeader(ipc: Uint8Array): Uint8Array {
  for (const { header } of readFrames(ipc)) return header;
  throw broken('The Arrow stream holds no schema.');
}

/** A whole stream out of Flight's messages: schema, the dictionaries in force, one record batch, end marker. */
export function joinStream(
  schema: Uint8Array,
  dictionaries: readonly Frame[],
  batchHeader: Uint8Array,
  body: Uint8Array,
): Uint8Array {
  const bare = new Uint8Array(0);
  return writeFrames([{ header: schema, body: bare }, ...dictionaries, { header: batchHeader, body }], true);
}
