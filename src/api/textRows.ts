import { type Rows, rowsFrom } from '../arrow/rows.ts';
import { SemtelError } from '../base/error.ts';
import type { ConversationRow } from './conversationRow.ts';

const conversationColumn = 'conversation';

interface TextRowsOptions {
  /** Name of the id column; absent: there is none. */
  readonly name?: string;
  readonly ids?: readonly (string | null)[];
  /** Place of the first row, for words. */
  readonly first?: number;
}

/** Rows as columns of text. Throws `input` for a conversation that is none. */
export function textRows(
  rows: readonly ConversationRow[],
  { name = '', ids = [], first = 0 }: TextRowsOptions,
): Rows {
  const values = rows.map(({ conversation }, index) => textOf(conversation, first + index));
  return rowsFrom({ name, kind: 'text', values: ids }, { name: conversationColumn, values });
}

/** Throws `input` for what is no object: a program without types can hand in anything. */
export function checkRow(row: unknown, place: number): void {
  if (typeof row === 'object' && row !== null) return;
  throw new SemtelError('input', `row ${place} is no object; a row is { ${conversationColumn}: … }.`);
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
