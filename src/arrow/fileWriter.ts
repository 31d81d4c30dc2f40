import { RecordBatchFileWriter, RecordBatchReader, type Schema } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';

/** Turns whole IPC streams of one schema into the bytes of one IPC file, as they come. */
export interface ArrowFileWriter {
  /** Adds the record batches of one stream. */
  write(ipc: Uint8Array): void;
  /** Adds the footer; `bytes` then ends. */
  end(): void;
  /** The file, in order. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export function arrowFileWriter(): ArrowFileWriter {
  const writer = new RecordBatchFileWriter();
  let schema: Schema | undefined;
  return {
    write(ipc) {
      const reader = RecordBatchReader.from(ipc).open();
      schema ??= reader.schema;
      // The library's writer would end the file here without a word.
      if (String(reader.schema) !== String(schema)) {
        throw new SemtelError('internal', `Answer columns changed from ${schema} to ${reader.schema}.`);
      }
      for (const batch of reader) writer.write(batch);
    },
    end: () => void writer.finish(),
    bytes: writer,
  };
}
