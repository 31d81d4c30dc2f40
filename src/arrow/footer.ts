import { Schema } from 'apache-arrow';
import type { Block } from 'apache-arrow/fb/block';
import { Footer } from 'apache-arrow/fb/footer';
import { messageOf, SemtelError } from '../base/error.ts';
import { schemaHeader } from '../base/ipcFrames.ts';
import { CheckedBuffer } from './checkedBuffer.ts';
import { writeSchema } from './write.ts';

/** Where one message lies in a file. */
export interface MessagePlace {
  /** Of its prefix, from the start of the file. */
  readonly offset: number;
  /** Prefix and padding included. */
  readonly metadataLength: number;
  readonly bodyLength: number;
}

/** The index at the end of an IPC file. */
export interface FileIndex {
  /** Bare schema message, as a stream would begin with; some writers leave it out of the file's body. */
  readonly schema: Uint8Array;
  readonly dictionaries: readonly MessagePlace[];
  readonly batches: readonly MessagePlace[];
}

/**
 * Reads the footer of an IPC file; every offset inside it is checked. Throws `input`.
 * Source: Apache Arrow columnar format, "IPC File Format".
 */
export function readFooter(bytes: Uint8Array): FileIndex {
  try {
    const footer = Footer.getRootAsFooter(new CheckedBuffer(bytes));
    const schema = Schema.decode(footer.schema()!, new Map(), footer.version());
    const places = (count: number, at: (index: number) => Block | null) =>
      Array.from({ length: count }, (_, index) => placeOf(at(index)!));
    return {
      schema: schemaHeader(writeSchema(schema.fields)),
      dictionaries: places(footer.dictionariesLength(), (index) => footer.dictionaries(index)),
      batches: places(footer.recordBatchesLength(), (index) => footer.recordBatches(index)),
    };
  } catch (cause) {
    throw new SemtelError('input', `its footer cannot be read (${messageOf(cause).replace(/\.$/, '')})`, {
      cause,
    });
  }
}

function placeOf(block: Block): MessagePlace {
  return {
    offset: Number(block.offset()),
    metadataLength: block.metaDataLength(),
    bodyLength: Number(block.bodyLength()),
  };
}
