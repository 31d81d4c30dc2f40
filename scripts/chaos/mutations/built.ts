import {
  type DataType,
  Field,
  List,
  Message,
  Null,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { BufferRegion, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { type Frame, writeFrames } from '../../../src/base/ipcFrames.ts';
import { type Batch, emptyRows } from '../../soak/batches.ts';

const noBytes = new Uint8Array(0);
const optional = (name: string, type: DataType) => new Field(name, type, true);
const schemaFrame = (fields: readonly Field[]): Frame => ({
  header: Message.encode(Message.from(new Schema([...fields]))),
  body: noBytes,
});

/** One row: a list of `items` messages that take no byte each, as role and content are of the type of nulls alone. */
export function nullMessages(items: number): Batch {
  const message = new Struct([optional('role', new Null()), optional('content', new Null())]);
  const body = new Uint8Array(new Int32Array([0, items]).buffer);
  const nodes = [
    new FieldNode(1, 0),
    new FieldNode(items, 0),
    new FieldNode(items, items),
    new FieldNode(items, items),
  ];
  const regions = [new BufferRegion(0, 0), new BufferRegion(0, 8), new BufferRegion(8, 0)];
  const header = Message.encode(Message.from(new RecordBatch(1, nodes, regions, null), body.length));
  const schema = schemaFrame([optional('conversation', new List(optional('item', message)))]);
  return { ipc: writeFrames([schema, { header, body }], true), rowCount: 1 };
}

/** A schema of lists of lists of lists, without a batch. */
function deepType(depth: number): Batch {
  let type: DataType = new Utf8();
  for (let level = 0; level < depth; level++) type = new List(optional('item', type));
  const fields = [optional('conversation', new Utf8()), optional('deep', type)];
  return { ipc: writeFrames([schemaFrame(fields)], true), rowCount: 0 };
}

function wideSchema(columns: number): Batch {
  const fields = Array.from({ length: columns }, (_, n) => optional(`c${n}`, new Utf8()));
  return { ipc: writeFrames([schemaFrame(fields)], true), rowCount: 0 };
}

function texts(...conversations: readonly string[]): Batch {
  const conversation = vectorFromArray(conversations, new Utf8());
  return { ipc: tableToIPC(new Table({ conversation }), 'stream'), rowCount: conversations.length };
}

/** Batches that no change of a sound one would give: each costs its reader far more than its sender. */
export const built: Readonly<Record<string, () => Batch>> = {
  'a million messages of no bytes': () => nullMessages(1_000_000),
  '2^31 messages of no bytes': () => nullMessages(2 ** 31 - 1),
  '100 lists in one another': () => deepType(100),
  '500 lists in one another': () => deepType(500),
  '5,000 columns': () => wideSchema(5_000),
  '100,000 rows of no bytes': () => emptyRows(100_000),
  'no row': () => emptyRows(0),
  'brackets without end': () => texts('['.repeat(200_000), '{"role":'.repeat(50_000)),
  'a million JSON values': () => texts(`[${'{},'.repeat(300_000)}{}]`, `[${'1,'.repeat(300_000)}1]`),
  'a long word': () => texts('a'.repeat(300_000), 'x\u0301'.repeat(50_000), ' '.repeat(300_000)),
};
