import { type Json, jsonRows } from '../arrow/jsonRows.ts';
import { ipcOf } from '../arrow/rows.ts';
import { textRows } from './textRows.ts';

/** One turn of a conversation. */
export interface ChatMessage {
  /** `user`, `assistant`, `system`, …; `human`, `ai`, `bot`, `gpt` and `model` are understood. */
  readonly role: string;
  readonly content: string | null | readonly { readonly type: string; readonly text?: string }[];
}

/** Anything that has a conversation. */
export interface ConversationRow {
  /** Messages in order, or text: JSON of such messages, else one message of the user. Null is `skipped`. */
  readonly conversation: string | readonly ChatMessage[] | null;
}

/** Rows on their way to a server: one whole Arrow IPC stream, and how many there are. */
export interface ArrowBatch {
  readonly ipc: Uint8Array;
  readonly rowCount: number;
}

/** Rows as one Arrow batch: a text column `conversation` and, where any row has one, a text column `id`. */
export function toArrow(
  rows: readonly (ConversationRow & { readonly id?: string | number | null })[],
): ArrowBatch {
  const ids = rows.map(({ id }) => (id === undefined || id === null ? null : String(id)));
  const identified = rows.some(({ id }) => id !== undefined);
  return { ipc: ipcOf([textRows(rows, identified ? { name: 'id', ids } : {})]), rowCount: rows.length };
}

/** The rows of an Arrow IPC stream as plain objects. Integers beyond 2^53 become text. */
export function fromArrow(ipc: Uint8Array): { readonly [column: string]: Json }[] {
  return jsonRows(ipc);
}
