import { type Json, jsonRows } from '../arrow/jsonRows.ts';
import { ipcOf, type Rows, rowsFrom } from '../arrow/rows.ts';
import { SemtelError } from '../base/error.ts';

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

/** Name of the column that holds conversations made from rows. */
const conversationColumn = 'conversation';

/** Rows as one Arrow batch: a text column `conversation` and, where any row has one, a text column `id`. */
export function toArrow(
  rows: readonly (ConversationRow & { readonly id?: string | number | null })[],
): ArrowBatch {
  const hasIds = rows.some(({ id }) => id !== undefined);
  const ids = hasIds ? rows.map(({ id }) => (id === undefined || id === null ? null : String(id))) : [];
  return { ipc: ipcOf([textRows(rows, { name: hasIds ? 'id' : '', ids })]), rowCount: rows.length };
}

/** The rows of an Arrow IPC stream as plain objects. Integers beyond 2^53 become text. */
export function fromArrow(ipc: Uint8Array): { readonly [column: string]: Json }[] {
  return jsonRows(ipc);
}

/** The conversations of some rows, of which `first` is the place of the first, for words. */
export function conversationRows(rows: readonly ConversationRow[], first = 0): Rows {
  return textRows(rows, { name: '', ids: [] }, first);
}

function textRows(
  rows: readonly ConversationRow[],
  { name, ids }: { readonly name: string; readonly ids: readonly (string | null)[] },
  first = 0,
): Rows {
  const values = rows.map(({ conversation }, index) => textOf(conversation, first + index));
  return rowsFrom({ name, kind: 'text', values: ids }, { name: conversationColumn, values });
}

/** Messages as JSON text, which means the same to the service. */
function textOf(conversation: ConversationRow['conversation'], row: number): string | null {
  if (conversation === null || typeof conversation === 'string') return conversation;
  if (Array.isArray(conversation)) return JSON.stringify(conversation);
  throw new SemtelError(
    'input',
    `row ${row}: "${conversationColumn}" must be text, null or a list of { role, content }.`,
  );
}
