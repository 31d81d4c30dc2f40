import { type Rows, rowsFrom } from '../../arrow/rows.ts';
import { SemtelError } from '../../base/error.ts';
import { isRounded } from '../largeIntegers.ts';
import { conversationsAre, couldBe, findColumns, type Input, type Wanted } from './columns.ts';

/** Rows made at a time: enough to make their cost small, few enough to hold. */
const chunkRows = 256;
/** Records that tell names and kinds: JSON lines may leave out what is null, as Spark does, in row after row. */
const firstRecords = 1000;

/** Longest row, in characters: whole conversations with long replies, no more than a server takes in a message. */
export const maxRowLength = 64 << 20;

/** One row of a text file. */
export interface TextRecord {
  /** Line of the file where it ends, from 1 on. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** The same; integers that no number holds are bigint there, and in `values` rounded. */
  whole(): Readonly<Record<string, unknown>>;
}

/** A text file as records; each call reads it anew. */
export interface Records {
  readonly path: string;
  /** Null where the first records tell them. */
  readonly names: readonly string[] | null;
  read(): AsyncIterable<TextRecord>;
}

/** Finds the columns of a text file; its first records tell the kind of ids and, in JSON lines, the names. */
export async function openRecords(records: Records, wanted: Wanted): Promise<Input> {
  const { path } = records;
  const first = await firstValues(records);
  const names = records.names ?? (first === undefined ? null : [...first.keys()]);
  const found =
    names === null
      ? { conversation: wanted.conversation || 'conversation', id: wanted.id ?? '' }
      : findColumns(path, names, wanted);
  const idKind: IdKind = Number.isInteger(first?.get(found.id)) ? 'integer' : 'text';
  const columns = { ...found, idKind };
  return {
    path,
    ...found,
    idType: found.id === '' ? '' : idKind === 'text' ? 'Utf8' : 'Int64',
    empty: first === undefined,
    read: () => readRows(records, columns),
    async count() {
      let rows = 0;
      for await (const part of readRows(records, columns)) rows += part.count;
      return rows;
    },
  };
}

/** Of each column of the first records the first value that is not null; undefined where there is no record. */
async function firstValues({ read }: Records): Promise<ReadonlyMap<string, unknown> | undefined> {
  const found = new Map<string, unknown>();
  let seen = 0;
  for await (const { values } of read()) {
    for (const [name, value] of Object.entries(values)) found.set(name, found.get(name) ?? value);
    if (++seen === firstRecords) break;
  }
  return seen === 0 ? undefined : found;
}

interface RecordColumns {
  readonly conversation: string;
  readonly id: string;
  readonly idKind: IdKind;
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

type Id = string | number | bigint | null;
type IdKind = 'text' | 'integer';

/** Ids of one kind: `idOf` has seen to that. */
function idColumn({ id: name, idKind: kind }: RecordColumns, ids: readonly Id[]) {
  return kind === 'text'
    ? { name, kind, values: ids as readonly (string | null)[] }
    : { name, kind, values: ids as readonly (number | bigint | null)[] };
}

/** Text as it is; a list of messages as JSON text, which means the same to the service. What is left out is null. */
function conversationOf(
  { line, values }: TextRecord,
  { conversation, id }: RecordColumns,
  path: string,
): string | null {
  const value = values[conversation] ?? null;
  if (value === null || typeof value === 'string') return value;
  if (isMessages(value)) return JSON.stringify(value);
  const fitting = Object.keys(values).filter((name) => name !== id && isConversation(values[name]));
  throw new SemtelError(
    'input',
    `${path}:${line}: "${conversation}" must be null or a conversation; ${conversationsAre}. ${couldBe(fitting)}`,
  );
}

/** What a message lacks is its row's fault, as it is in columns of structs. */
const isMessage = (item: unknown) =>
  item === null || (typeof item === 'object' && ('role' in item || 'content' in item));
const isMessages = (value: unknown) => Array.isArray(value) && value.every(isMessage);
const isConversation = (value: unknown) => typeof value === 'string' || isMessages(value);

function idOf({ line, values, whole }: TextRecord, { id, idKind }: RecordColumns, path: string): Id {
  const value = (isRounded(values[id]) ? whole()[id] : values[id]) ?? null;
  const kind = kindOfId(value);
  if (value === null || kind === idKind) return value as Id;
  const what = (one: IdKind) => (one === 'text' ? 'text' : 'a whole number');
  if (kind === undefined) throw wrong(path, line, `"${id}" must be text, or a whole number of 64 bits`);
  throw wrong(path, line, `"${id}" is ${what(kind)} here, and ${what(idKind)} in lines before it`);
}

function kindOfId(value: unknown): IdKind | undefined {
  if (typeof value === 'string') return 'text';
  const whole =
    Number.isSafeInteger(value) || (typeof value === 'bigint' && BigInt.asIntN(64, value) === value);
  return whole ? 'integer' : undefined;
}

/** A fault of one line, in one `input` sentence. */
export function wrong(path: string, line: number, what: string): SemtelError {
  return new SemtelError('input', `${path}:${line}: ${what}.`);
}
