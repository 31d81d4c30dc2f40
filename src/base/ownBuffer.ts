/**
 * True where the bytes fill most of a buffer, as those of a large message do, so that it may go with them, its few
 * other bytes included; the slab that small messages share stays.
 */
export function fillBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  const { buffer, length } = bytes;
  return (
    buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize && 2 * length > buffer.byteLength
  );
}

/**
 * Gives back the memory of bytes that nobody reads any more, at once. Left to V8, hundreds of MB a second of buffers
 * outside its heap make it collect the whole heap again and again: more than half of the CPU of batches known again.
 */
export function release(bytes: Uint8Array): void {
  if (fillBuffer(bytes)) bytes.buffer.transfer(0);
}
