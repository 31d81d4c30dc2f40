import { readFileSync } from 'node:fs';
import {
  Dictionary,
  Field,
  Int32,
  Message,
  Schema,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { BufferRegion, DictionaryBatch, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { writeFrames } from '../../src/base/ipcFrames.ts';
import type { PrepareTask } from '../../src/workers/tasks.ts';

export const question = { digest: 'd'.repeat(64), model: 'default', truncate: null };

/** A task over `conversations`, with an id column. */
export function taskOf(
  conversations: readonly (string | null)[],
  changes: Partial<PrepareTask> = {},
): PrepareTask {
  const ids = conversations.map((_, row) => `id ${row}`);
  const table = new Table({
    id: vectorFromArray(ids, new Utf8()),
    conversation: vectorFromArray(conversations, new Utf8()),
  });
  return {
    jobId: 'job',
    ipc: tableToIPC(table, 'stream'),
    rowCount: conversations.length,
    maxRows: 10_000,
    columns: { conversation: '', id: 'id', passthrough: [] },
    questions: [question],
    texts: true,
    ...changes,
  };
}

export function taskOfFixture(name: string, rowCount: number): PrepareTask {
  const ipc = new Uint8Array(readFileSync(new URL(`../arrow/fixtures/${name}.arrow`, import.meta.url)));
  return { ...taskOf([]), ipc, rowCount };
}

/** Bytes that are right in every part and take minutes to read: each delta copies the dictionary before it. */
export function endlessTask(deltas = 40_000): PrepareTask {
  const type = new Dictionary(new Utf8(), new Int32(), 1);
  const schema = new Schema([new Field('conversation', type, true)], null, new Map([[1, type.dictionary]]));
  const buffers = [new BufferRegion(0, 0), new BufferRegion(0, 8), new BufferRegion(8, 1)];
  const delta = new DictionaryBatch(new RecordBatch(1, [new FieldNode(1, 0)], buffers, null), 1, true);
  const body = new Uint8Array(16);
  body[4] = 1;
  const frame = { header: Message.encode(Message.from(delta, body.length)), body };
  const frames = [{ header: Message.encode(Message.from(schema)), body: new Uint8Array(0) }];
  const ipc = writeFrames([...frames, ...Array.from({ length: deltas }, () => frame)], true);
  return { ...taskOf([]), ipc };
}
