import { Field, Schema } from 'apache-arrow';
import { MetadataVersion } from 'apache-arrow/enum';
import { DictionaryBatch as DictionaryTable } from 'apache-arrow/fb/dictionary-batch';
import { Endianness } from 'apache-arrow/fb/endianness';
import { Message as MessageTable } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch as BatchTable } from 'apache-arrow/fb/record-batch';
import { Schema as SchemaTable } from 'apache-arrow/fb/schema';
import { DictionaryBatch, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { messageOf, SemtelError } from '../base/error.ts';
import { CheckedBuffer } from './checkedBuffer.ts';

/** What the metadata of one message says. */
export type Metadata =
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'batch'; readonly batch: RecordBatch }
  | {
      readonly kind: 'dictionary';
      readonly id: number;
      readonly delta: boolean;
      readonly batch: RecordBatch;
    };

/** Reads a bare Message flatbuffer; every offset is checked. Throws `bad_arrow`. */
export function readMetadata(header: Uint8Array): Metadata {
  try {
    return readChecked(header);
  } catch (cause) {
    if (cause instanceof SemtelError) throw cause;
    throw new SemtelError(
      'bad_arrow',
      `The metadata of an Arrow message cannot be read: ${messageOf(cause)}.`,
      {
        cause,
      },
    );
  }
}

function readChecked(header: Uint8Array): Metadata {
  const message = MessageTable.getRootAsMessage(new CheckedBuffer(header));
  const version = message.version();
  if (version !== MetadataVersion.V4 && version !== MetadataVersion.V5)
    throw new SemtelError(
      'bad_arrow',
      'The Arrow stream is of a format before 0.15 (metadata version 4 or 5 is read).',
    );
  switch (message.headerType()) {
    case MessageHeader.Schema: {
      const table: SchemaTable = message.header(new SchemaTable());
      if (table.endianness() !== Endianness.Little)
        throw new SemtelError('bad_arrow', 'The Arrow stream is big-endian; send little-endian.');
      return { kind: 'schema', schema: named(Schema.decode(table, new Map(), version)) };
    }
    case MessageHeader.RecordBatch:
      return { kind: 'batch', batch: RecordBatch.decode(message.header(new BatchTable()), version) };
    case MessageHeader.DictionaryBatch: {
      const { id, isDelta, data } = DictionaryBatch.decode(message.header(new DictionaryTable()), version);
      return { kind: 'dictionary', id, delta: isDelta, batch: data };
    }
    default:
      throw new SemtelError(
        'bad_arrow',
        'The Arrow stream holds a message that is neither schema, dictionary nor batch.',
      );
  }
}

/** The format allows fields without a name, which apache-arrow gives as null. */
function named({ fields, metadata, dictionaries, metadataVersion }: Schema): Schema {
  const all = fields.map(
    ({ name, type, nullable, metadata: own }) => new Field(name ?? '', type, nullable, own),
  );
  return new Schema(all, metadata, dictionaries, metadataVersion);
}
