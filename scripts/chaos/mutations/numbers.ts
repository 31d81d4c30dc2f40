/** A number in a Message flatbuffer. */
export interface NumberPlace {
  readonly at: number;
  readonly size: 1 | 2 | 4 | 8;
}

/** Reads the few flatbuffer structures that matter here; throws RangeError on anything that is not sound. */
class Flatbuffer {
  readonly places: NumberPlace[] = [];
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  root(): number {
    return this.#view.getUint32(0, true);
  }

  uint8(at: number): number {
    return this.#view.getUint8(at);
  }

  /** Position of a table's field; 0 where it is left out. */
  field(table: number, field: number): number {
    const vtable = table - this.#view.getInt32(table, true);
    const slot = 4 + 2 * field;
    const offset = slot < this.#view.getUint16(vtable, true) ? this.#view.getUint16(vtable + slot, true) : 0;
    return offset === 0 ? 0 : table + offset;
  }

  /** The table or vector that a field points to; 0 where it is left out. */
  target(table: number, field: number): number {
    const at = this.field(table, field);
    return at === 0 ? 0 : at + this.#view.getUint32(at, true);
  }

  number(table: number, field: number, size: NumberPlace['size']): void {
    const at = this.field(table, field);
    if (at !== 0) this.places.push({ at, size });
  }

  /** The length of a vector, and its numbers of 8 bytes. */
  longs(table: number, field: number, perElement: number): void {
    const vector = this.target(table, field);
    if (vector === 0) return;
    this.places.push({ at: vector, size: 4 });
    const count = this.#count(vector) * perElement;
    for (let index = 0; index < count; index++) this.places.push({ at: vector + 4 + 8 * index, size: 8 });
  }

  #count(vector: number): number {
    const count = this.#view.getUint32(vector, true);
    if (count > this.#view.byteLength / 4) throw new RangeError('a vector is longer than its bytes');
    return count;
  }

  tables(table: number, field: number): number[] {
    const vector = this.target(table, field);
    if (vector === 0) return [];
    return Array.from({ length: this.#count(vector) }, (_, index) => {
      const at = vector + 4 + 4 * index;
      return at + this.#view.getUint32(at, true);
    });
  }
}

function batchNumbers(bytes: Flatbuffer, batch: number): void {
  bytes.number(batch, 0, 8); // rows
  bytes.longs(batch, 1, 2); // nodes: rows and nulls
  bytes.longs(batch, 2, 2); // buffers: offset and length
  const compression = bytes.target(batch, 3);
  if (compression !== 0) bytes.number(compression, 0, 1);
  bytes.longs(batch, 4, 1); // buffers of each view column
}

function fieldNumbers(bytes: Flatbuffer, field: number): void {
  bytes.number(field, 2, 1); // kind of type
  const type = bytes.target(field, 3);
  if (type !== 0) for (const index of [0, 1, 2]) bytes.number(type, index, 2);
  const dictionary = bytes.target(field, 4);
  if (dictionary !== 0) bytes.number(dictionary, 0, 8);
  for (const child of bytes.tables(field, 5)) fieldNumbers(bytes, child);
}

/**
 * Where the numbers of a sound Message flatbuffer stand: counts, lengths, offsets, ids, kinds. Source: Message.fbs and
 * Schema.fbs of Apache Arrow.
 */
export function numbersOf(header: Uint8Array): readonly NumberPlace[] {
  const bytes = new Flatbuffer(header);
  const message = bytes.root();
  bytes.number(message, 0, 2); // version
  bytes.number(message, 1, 1); // kind
  bytes.number(message, 3, 8); // bytes of the body
  const content = bytes.target(message, 2);
  const kind = bytes.uint8(bytes.field(message, 1));
  if (kind === 1) for (const field of bytes.tables(content, 1)) fieldNumbers(bytes, field);
  if (kind === 2) {
    bytes.number(content, 0, 8); // id
    bytes.number(content, 2, 1); // delta
    batchNumbers(bytes, bytes.target(content, 1));
  }
  if (kind === 3) batchNumbers(bytes, content);
  return bytes.places;
}
