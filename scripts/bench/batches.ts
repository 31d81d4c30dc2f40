import { Int32, RecordBatchFileWriter, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';

interface Batch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

/** Conversations as Arrow batches of at most `batchRows` rows, with one column `conversation`. */
export function batchesOf(texts: readonly string[], batchRows: number): Batch[] {
  const batches = [];
  for (let at = 0; at < texts.length; at += batchRows) {
    const conversation = vectorFromArray(texts.slice(at, at + batchRows), new Utf8());
    batches.push({ ipc: tableToIPC(new Table({ conversation }), 'stream'), rowCount: conversation.length });
  }
  return batches;
}

/** An Arrow file of conversations with their numbers as `id`, in batches of at most `batchRows` rows. */
export function chatFile(texts: readonly string[], batchRows: number): Uint8Array {
  const writer = new RecordBatchFileWriter();
  for (let at = 0; at < texts.length; at += batchRows) {
    const conversation = vectorFromArray(texts.slice(at, at + batchRows), new Utf8());
    const id = vectorFromArray(
      Array.from({ length: conversation.length }, (_, row) => at + row),
      new Int32(),
    );
    for (const batch of new Table({ id, conversation }).batches) writer.write(batch);
  }
  writer.finish();
  return writer.toUint8Array(true);
}
