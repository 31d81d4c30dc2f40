import { type Rows, rowsFrom } from '../../arrow/rows.ts';
import { SemtelError } from '../../base/error.ts';
import { conversationsAre, couldBe, findColumns, type Input, type Wanted } from './columns.ts';

/** Rows made at a time: enough to make their cost small, few enough to hold. */
const chunkRows = 256;

/** One row of a text file. */
export interface TextRecord {
  /** Line of the file where it ends, from 1 on. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A text file as records; each call reads it anew. */
export interface Records {
  readonly path: string;
  /** Null where the first record tells them. */
  readonly names: readonly string[] | null;
  read(): AsyncIterable<TextRecord>;
}

/** Finds the columns of a text file; its first record tells the kind of ids and, in JSON lines, the names. */
export async function openRecords(records: Records, wanted: Wanted): Promise<Input> {
  const { path } = records;
  const first = await firstOf(records);
  const names = records.names ?? (first === undefined ? null : Object.keys(first.values));
  const found =
    names === null
      ? { conversation: wanted.conversation || 'conversation', id: wanted.id ?? '' }
      : findColumns(path, names, wanted);
  const idKind = typeof first?.values[found.id] === 'number' ? 'integer' : 'text';
  const columns = { ...found, idKind } as const;
  return {
    path,
    ...found,
    idType: found.id === '' ? '' : idKind === 'text' ? 'Utf8' : 'Int64',
    empty: names === null,
    read: () => readRows(records, columns),
    async count() {
      let rows = 0;
      for await (const part of readRows(records, columns)) rows += part.count;
      return rows;
    },
  };
}

async function firstOf(records: Records): Promise<TextRecord | undefined> {
  for await (const record of records.read()) return record;
  return undefined;
}

interface RecordColumns {
  readonly conversation: string;
  readonly id: string;
  readonly idKind: 'text' | 'integer';
}

async function* readRows(records: Records, columns: RecordColumns): AsyncGenerator<Rows> {
  const { path } = records;
  let ids: Id[] = [];
  let conversations: (string | null)[] = [];
  const flush = () => {
    const rows = rowsFrom(idColumn(columns, ids), { name: columns.conversation, values: conversations });
    ids = [];
    conversations = [];
    return rows;
  };
  for await (const record of records.read()) {
    conversations.push(conversationOf(record, columns, path));
    if (columns.id !== '') ids.push(idOf(record, columns, path));
    if (conversations.length === chunkRows) yield flush();
  }
  yield flush();
}

type Id = string | number | null;

/** Ids of one kind: `idOf` has seen to that. */
function idColumn({ id: name, idKind: kind }: RecordColumns, ids: readonly Id[]) {
  return kind === 'text'
    ? { name, kind, values: ids as readonly (string | null)[] }
    : { name, kind, values: ids as readonly (number | null)[] };
}

/** Text as it is; a list of messages as JSON text, which means the same to the service. */
function conversationOf(
  { line, values }: TextRecord,
  { conversation, id }: RecordColumns,
  path: string,
): string | null {
  const value = values[conversation];
  if (value === null || typeof value === 'string') return value;
  if (value === undefined) throw wrong(path, line, `there is no "${conversation}"`);
  if (isMessages(value)) return JSON.stringify(value);
  const fitting = Object.keys(values).filter((name) => name !== id && isConversation(values[name]));
  throw new SemtelError(
    'input',
    `${path}:${line}: "${conversation}" must be null or a conversation; ${conversationsAre}. ${couldBe(fitting)}`,
  );
}

const isMessage = (item: unknown) => typeof item === 'object' && item !== null && 'role' in item;
const isMessages = (value: unknown) => Array.isArray(value) && value.every(isMessage);
const isConversation = (value: unknown) => typeof value === 'string' || isMessages(value);

function idOf({ line, values }: TextRecord, { id, idKind }: RecordColumns, path: string): Id {
  const value = values[id] ?? null;
  if (value === null || (idKind === 'text' && typeof value === 'string')) return value as Id;
  if (idKind === 'integer' && Number.isSafeInteger(value)) return value as number;
  const kind = idKind === 'text' ? 'text' : 'a whole number below 2^53';
  throw wrong(path, line, `"${id}" must be ${kind}, as in the first line`);
}

/** A fault of one line, in one `input` sentence. */
export function wrong(path: string, line: number, what: string): SemtelError {
  return new SemtelError('input', `${path}:${line}: ${what}.`);
}
