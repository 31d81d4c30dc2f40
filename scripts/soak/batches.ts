import { makeData, makeVector, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';

/** One whole Arrow IPC stream, and its rows. */
export interface Batch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

let row = 0;

/** Conversations that nobody has asked about before. */
export function freshBatch(rows: number, bytesPerRow: number): Batch {
  const texts = Array.from({ length: rows }, () => `${row++} ${'a word '.repeat(bytesPerRow / 7)}`);
  const conversation = vectorFromArray(texts, new Utf8());
  return { ipc: tableToIPC(new Table({ conversation }), 'stream'), rowCount: rows };
}

/** As many rows as will go into a message: four bytes each, and no text. */
export function emptyRows(rows: number): Batch {
  const valueOffsets = new Int32Array(rows + 1);
  const data = makeData({ type: new Utf8(), length: rows, valueOffsets, data: new Uint8Array(0) });
  return { ipc: tableToIPC(new Table({ conversation: makeVector(data) }), 'stream'), rowCount: rows };
}
