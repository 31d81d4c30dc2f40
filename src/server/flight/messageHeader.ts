import { SemtelError } from '../../base/error.ts';

/** What kind of IPC message a Flight message carries. */
export type MessageHeader =
  | { readonly kind: 'schema' }
  | { readonly kind: 'dictionary'; readonly id: bigint; readonly delta: boolean }
  | { readonly kind: 'batch'; readonly rows: number };

/** Position of a flatbuffer table's field; 0 where the field is left out. */
function fieldAt(view: DataView, table: number, field: number): number {
  const vtable = table - view.getInt32(table, true);
  const slot = 4 + 2 * field;
  const offset = slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0;
  return offset === 0 ? 0 : table + offset;
}

/** Position of the table that the field of `table` points to. */
function tableAt(view: DataView, table: number, field: number): number {
  const at = fieldAt(view, table, field);
  return at + view.getUint32(at, true);
}

/**
 * Reads the kind of a bare Message flatbuffer, and which dictionary it sets. Source: Message.fbs of Apache Arrow:
 * Message { version, header_type, header, bodyLength }, DictionaryBatch { id, data, isDelta }, RecordBatch { length }.
 * Throws `bad_arrow`.
 */
export function readMessageHeader(header: Uint8Array): MessageHeader {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  let type = 0;
  try {
    const message = view.getUint32(0, true);
    const typeAt = fieldAt(view, message, 1);
    type = typeAt === 0 ? 0 : view.getUint8(typeAt);
    if (type === 1) return { kind: 'schema' };
    if (type === 3) {
      const lengthAt = fieldAt(view, tableAt(view, message, 2), 0);
      const rows = lengthAt === 0 ? 0 : Number(view.getBigInt64(lengthAt, true));
      if (rows < 0) throw new RangeError(`a record batch of ${rows} rows`);
      return { kind: 'batch', rows };
    }
    if (type === 2) {
      const dictionary = tableAt(view, message, 2);
      const idAt = fieldAt(view, dictionary, 0);
      const deltaAt = fieldAt(view, dictionary, 2);
      return {
        kind: 'dictionary',
        id: idAt === 0 ? 0n : view.getBigInt64(idAt, true),
        delta: deltaAt !== 0 && view.getUint8(deltaAt) !== 0,
      };
    }
  } catch (cause) {
    throw new SemtelError('bad_arrow', 'data_header is not a valid Arrow IPC message.', { cause });
  }
  throw new SemtelError(
    'bad_arrow',
    `data_header holds an Arrow IPC message of type ${type}; only schema, dictionary batch and record batch are read.`,
  );
}
