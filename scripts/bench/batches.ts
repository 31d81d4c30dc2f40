import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';

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
