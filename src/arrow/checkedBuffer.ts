import { ByteBuffer } from 'flatbuffers';
import { SemtelError } from '../base/error.ts';

/** Reads of one field, at most, times the fields that fit: more means that offsets share their targets. */
const readsPerByte = 64;

function outside(what: string): SemtelError {
  return new SemtelError('bad_arrow', `The metadata of an Arrow message is broken: ${what}.`);
}

/**
 * A flatbuffer that refuses what the library lets pass: reads outside the bytes (they give 0), vectors longer than
 * the bytes, offsets that point back, and metadata whose tables share their children (exponential to read).
 */
export class CheckedBuffer extends ByteBuffer {
  readonly #length: number;
  #readsLeft: number;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#length = bytes.length;
    this.#readsLeft = bytes.length * readsPerByte;
  }

  #check(offset: number, size: number): void {
    if (!(offset >= 0 && offset + size <= this.#length)) throw outside('an offset points outside it');
    if (this.#readsLeft-- <= 0) throw outside('its tables repeat themselves');
  }

  override readUint8(offset: number): number {
    this.#check(offset, 1);
    return super.readUint8(offset);
  }

  override readUint16(offset: number): number {
    this.#check(offset, 2);
    return super.readUint16(offset);
  }

  override readInt32(offset: number): number {
    this.#check(offset, 4);
    return super.readInt32(offset);
  }

  override __indirect(offset: number): number {
    return offset + this.#forward(offset);
  }

  override __vector(offset: number): number {
    return offset + this.#forward(offset) + 4;
  }

  override __vector_len(offset: number): number {
    const start = offset + this.#forward(offset);
    const length = this.readInt32(start);
    if (length < 0 || length > this.#length - start) throw outside('a vector is longer than the metadata');
    return length;
  }

  override __string(offset: number): string | Uint8Array {
    this.__vector_len(offset);
    return super.__string(offset);
  }

  #forward(offset: number): number {
    const distance = this.readInt32(offset);
    if (distance <= 0) throw outside('an offset points back');
    return distance;
  }
}
