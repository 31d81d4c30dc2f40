import { type Json, jsonRows } from '../arrow/jsonRows.ts';
import { ipcOf } from '../arrow/rows.ts';
import type { ConversationRow } from './conversationRow.ts';
import { checkRow, textRows } from './textRows.ts';

/** Rows on their way to a server: one whole Arrow IPC stream, and how many there are. */
export interface ArrowBatch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

/** Rows as one Arrow batch: a text column `conversation` and, where any row has one, a text column `id`. */
export function toArrow(
  rows: readonly (ConversationRow & { readonly id?: string | number | null })[],
): ArrowBatch {
  rows.forEach(checkRow);
  const ids = rows.map(({ id }) => (id === undefined || id === null ? null : String(id)));
  const identified = rows.some(({ id }) => id !== undefined);
  return { ipc: ipcOf([textRows(rows, identified ? { name: 'id', ids } : {})]), rowCount: rows.length };
}

/** The rows of an Arrow IPC stream as plain objects. Integers beyond 2^53 become text. */
export function fromArrow(ipc: Uint8Array): { readonly [column: string]: Json }[] {
  return jsonRows(ipc);
}
