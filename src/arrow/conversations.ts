import { DataType } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { type Column, isValid, offsetsOf } from './column.ts';

/**
 * What a row holds, before the rules of text/ read it: null, a string, or the items of its list, each
 * `{ role, content }` or null; content is a string, null, or a list of parts `{ type, text }`.
 */
export type RawConversation = string | null | readonly (RawMessage | null)[];
interface RawMessage {
  readonly role: string | null;
  readonly content: string | null | readonly (RawPart | null)[];
}
interface RawPart {
  readonly type: string | null;
  readonly text: string | null;
}

type Reader<T> = (row: number) => T;

const conversationTypes = 'a string or a list of structs with role and content';

/** True for a column type that can hold conversations, once it is plain. */
export function holdsConversations(type: DataType): boolean {
  if (isText(type)) return true;
  const struct = itemType(type);
  const role = memberType(struct, 'role');
  const content = memberType(struct, 'content');
  return role !== null && isText(role) && content !== null && (isText(content) || holdsParts(content));
}

function holdsParts(type: DataType): boolean {
  const struct = itemType(type);
  const kind = memberType(struct, 'type');
  const text = memberType(struct, 'text');
  return kind !== null && isText(kind) && (text === null || isText(text));
}

/** Strings, and the type of a column that holds nothing but nulls. */
function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isNull(type);
}

function itemType(type: DataType): DataType | null {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type)
    ? type.children[0]!.type
    : null;
}

function memberType(type: DataType | null, name: string): DataType | null {
  if (type === null || !DataType.isStruct(type)) return null;
  return type.children.find((child) => child.name === name)?.type ?? null;
}

/** Reads the rows of a plain column for which `holdsConversations` is true. */
export function conversationReader(column: Column): Reader<RawConversation> {
  return isText(column.type) ? textReader(column) : listReader(column, messageReader);
}

function messageReader(struct: Column): Reader<RawMessage> {
  const role = textReader(member(struct, 'role')!);
  const contents = member(struct, 'content')!;
  const content = isText(contents.type) ? textReader(contents) : listReader(contents, partReader);
  return (row) => ({ role: role(row), content: content(row) });
}

function partReader(struct: Column): Reader<RawPart> {
  const type = textReader(member(struct, 'type')!);
  const texts = member(struct, 'text');
  const text = texts === null ? () => null : textReader(texts);
  return (row) => ({ type: type(row), text: text(row) });
}

function member(struct: Column, name: string): Column | null {
  const index = (struct.type as DataType).children.findIndex(
    (child: { name: string }) => child.name === name,
  );
  return struct.children[index] ?? null;
}

function textReader(column: Column): Reader<string | null> {
  if (DataType.isNull(column.type)) return () => null;
  const offsets = offsetsOf(column);
  const bytes = column.buffers[1]!;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (row) => (isValid(column, row) ? text.toString('utf8', offsets[row], offsets[row + 1]) : null);
}

function listReader<T>(column: Column, readerOf: (struct: Column) => Reader<T>): Reader<(T | null)[] | null> {
  const struct = column.children[0]!;
  const item = readerOf(struct);
  const range = rangeReader(column);
  return (row) => {
    if (!isValid(column, row)) return null;
    const [from, to] = range(row);
    return Array.from({ length: to - from }, (_, index) =>
      isValid(struct, from + index) ? item(from + index) : null,
    );
  };
}

function rangeReader(column: Column): Reader<readonly [number, number]> {
  const { type } = column;
  if (DataType.isFixedSizeList(type)) return (row) => [row * type.listSize, (row + 1) * type.listSize];
  const offsets = offsetsOf(column);
  return (row) => [offsets[row]!, offsets[row + 1]!];
}

/** Each costs some 100 bytes of objects while its row is read; 10,000 rows may have a hundred messages each. */
const maxMessages = 1_000_000;

/** Throws `too_many_rows` where the lists of a plain column hold more messages, or parts of messages, than are read. */
export function checkMessages(column: Column): void {
  if (isText(column.type)) return;
  const range = rangeReader(column);
  const count = column.length === 0 ? 0 : range(column.length - 1)[1] - range(0)[0];
  if (count > maxMessages)
    throw new SemtelError(
      'too_many_rows',
      `The conversations of the batch hold ${count} messages or parts of messages; at most ${maxMessages} are read. Send smaller batches.`,
    );
  const content = member(column.children[0]!, 'content');
  if (content !== null) checkMessages(content);
}

/** Throws `column_type` where `type` cannot hold conversations. */
export function checkConversationType(name: string, type: DataType): void {
  if (holdsConversations(type)) return;
  throw new SemtelError(
    'column_type',
    `The column "${name}" has the type ${type}; a conversation is ${conversationTypes}.`,
  );
}
