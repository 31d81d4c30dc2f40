import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchReader, type Schema } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';

/** Turns whole IPC streams of one schema into the bytes of one IPC file, in order. */
export interface ArrowFileWriter {
  /** The bytes of the record batches of one stream, before the first of them the file's beginning. */
  write(ipc: Uint8Array): Uint8Array;
  /** The bytes of the footer. */
  end(): Uint8Array;
}

/** Keeps what is written until it is taken: the library's own queue is emptied only later, and grows without bound. */
class Collected extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bytes;
  }
}

export function arrowFileWriter(): ArrowFileWriter {
  const collected = new Collected();
  const writer = new RecordBatchFileWriter();
  let schema: Schema | undefined;
  return {
    write(ipc) {
      const reader = RecordBatchReader.from(ipc).open();
      if (schema === undefined) {
        schema = reader.schema;
        writer.reset(collected, schema);
      }
      // The library's writer would end the file here without a word.
      if (String(reader.schema) !== String(schema)) {
        throw new SemtelError('internal', `Answer columns changed from ${schema} to ${reader.schema}.`);
      }
      for (const batch of reader) writer.write(batch);
      return collected.take();
    },
    end() {
      writer.finish();
      return collected.take();
    },
  };
}
