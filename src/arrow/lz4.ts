import { broken } from './checks.ts';

const frameMagic = 0x184d2204;
/** Lengths of four bits go on in further bytes where all bits are set. */
const nibbleEnd = 15;
const shortestMatch = 4;

/** A byte adds at most 255 to a length, so that no sound frame claims more room. */
const maxRatio = 255;

/**
 * The `size` bytes that a frame of LZ4 holds; throws `bad_arrow` for anything else. Written out, because what npm has
 * either needs a binary or reads Polars' frames as garbage. Checksums are not looked at: what is read is checked like
 * bytes that were never compressed.
 * Source: LZ4 Frame Format Description 1.6 and LZ4 Block Format Description.
 */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const word = (at: number) => {
    if (at + 4 > packed.length) throw unsound();
    return view.getUint32(at, true);
  };
  const flags = packed[4] ?? 0;
  if (word(0) !== frameMagic || flags >> 6 !== 1 || size > maxRatio * packed.length) throw unsound();
  const has = (bit: number) => (flags >> bit) & 1;
  const out = new Uint8Array(size);
  let end = 0;
  // Magic, flags, block size, checksum of these; content size and dictionary where they are told.
  let at = 7 + 8 * has(3) + 4 * has(0);
  for (let block = word(at); block !== 0; block = word(at)) {
    const start = at + 4;
    const next = start + (block & 0x7fffffff);
    if (next > packed.length) throw unsound();
    const bytes = packed.subarray(start, next);
    end = block >>> 31 === 1 ? copied(bytes, out, end) : unpackBlock(bytes, out, end);
    at = next + 4 * has(4);
  }
  if (end !== size) throw broken(`a compressed buffer holds ${end} bytes and says ${size}`);
  return out;
}

/** Each function writes from `end` on, and returns the new end. */
function copied(bytes: Uint8Array, out: Uint8Array, end: number): number {
  if (end + bytes.length > out.length) throw unsound();
  out.set(bytes, end);
  return end + bytes.length;
}

function unpackBlock(block: Uint8Array, out: Uint8Array, start: number): number {
  let at = 0;
  let end = start;
  const byte = () => {
    if (at >= block.length) throw unsound();
    return block[at++]!;
  };
  const lengthFrom = (nibble: number) => {
    let length = nibble;
    if (nibble === nibbleEnd) for (let more = 255; more === 255; length += more) more = byte();
    return length;
  };
  for (;;) {
    const token = byte();
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length || end + literals > out.length) throw unsound();
    // By hand: most are a few bytes, for which a call of the library costs four times as much.
    const literalsEnd = at + literals;
    while (at < literalsEnd) out[end++] = block[at++]!;
    if (at === block.length) return end;
    const from = end - (byte() | (byte() << 8));
    const matchEnd = end + lengthFrom(token & nibbleEnd) + shortestMatch;
    if (from < 0 || from === end || matchEnd > out.length) throw unsound();
    // A match may reach into what it writes itself.
    for (let source = from; end < matchEnd; source++) out[end++] = out[source]!;
  }
}

const unsound = () => broken('an LZ4 buffer cannot be read');
