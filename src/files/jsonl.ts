import { type Rows, rowsFrom } from '../arrow/rows.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import { findColumns, type Input, type Wanted } from './columns.ts';
import { type Line, lines } from './lines.ts';

/** Rows made at a time: enough to make their cost small, few enough to hold. */
const chunkRows = 256;

type Row = Readonly<Record<string, unknown>>;

/** Opens a file of one JSON object a line; its first line tells the columns and the kind of ids. */
export async function openJsonl(path: string, wanted: Wanted): Promise<Input> {
  const first = await firstRow(path);
  const found =
    first === undefined
      ? { conversation: wanted.conversation || 'conversation', id: wanted.id ?? '' }
      : findColumns(path, Object.keys(first), wanted);
  const idKind = typeof first?.[found.id] === 'number' ? 'integer' : 'text';
  const input = { path, ...found, idKind } as const;
  return { path, ...found, idType: found.id === '' ? '' : idKind, read: () => readRows(input) };
}

async function firstRow(path: string): Promise<Row | undefined> {
  for await (const line of lines(path)) return parse(path, line);
  return undefined;
}

interface JsonlColumns {
  readonly path: string;
  readonly conversation: string;
  readonly id: string;
  readonly idKind: 'text' | 'integer';
}

async function* readRows(columns: JsonlColumns): AsyncGenerator<Rows> {
  let ids: Id[] = [];
  let conversations: (string | null)[] = [];
  const flush = () => {
    const rows = rowsFrom(idColumn(columns, ids), { name: columns.conversation, values: conversations });
    ids = [];
    conversations = [];
    return rows;
  };
  for await (const line of lines(columns.path)) {
    const row = parse(columns.path, line);
    conversations.push(conversationOf(row, columns, line));
    if (columns.id !== '') ids.push(idOf(row, columns, line));
    if (conversations.length === chunkRows) yield flush();
  }
  yield flush();
}

type Id = string | number | null;

/** Ids of one kind: `idOf` has seen to that. */
function idColumn({ id: name, idKind: kind }: JsonlColumns, ids: readonly Id[]) {
  return kind === 'text'
    ? { name, kind, values: ids as readonly (string | null)[] }
    : { name, kind, values: ids as readonly (number | null)[] };
}

/** One line as an object; rejects with an `input` error that names file and line. */
export function parse(path: string, line: Line): Row {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    throw wrong(path, line, `this is not JSON (${withoutText(messageOf(error))})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path, line, 'every line must be one JSON object');
  }
  return value as Row;
}

/** Text as it is; a list of messages as JSON text, which means the same to the service. */
function conversationOf(row: Row, { path, conversation }: JsonlColumns, line: Line): string | null {
  const value = row[conversation];
  if (value === null || typeof value === 'string') return value;
  if (value === undefined) throw wrong(path, line, `there is no "${conversation}"`);
  const isMessage = (item: unknown) => typeof item === 'object' && item !== null && 'role' in item;
  if (Array.isArray(value) && value.every(isMessage)) return JSON.stringify(value);
  throw wrong(path, line, `"${conversation}" must be text, null or a list of {"role", "content"}`);
}

function idOf(row: Row, { path, id, idKind }: JsonlColumns, line: Line): Id {
  const value = row[id] ?? null;
  if (value === null || (idKind === 'text' && typeof value === 'string')) return value as Id;
  if (idKind === 'integer' && Number.isSafeInteger(value)) return value as number;
  const kind = idKind === 'text' ? 'text' : 'a whole number below 2^53';
  throw wrong(path, line, `"${id}" must be ${kind}, as in the first line`);
}

function wrong(path: string, line: Line, what: string): SemtelError {
  return new SemtelError('input', `${path}:${line.number}: ${what}.`);
}

/** V8's words quote the text around the fault, and count lines within the one line. */
function withoutText(message: string): string {
  const words = message.replace(/^Unexpected token .*/s, 'unexpected character').replace(/ \(line .*$/s, '');
  return words.replace(/, ".*$/s, '');
}
