import { type Field, Message, Schema } from 'apache-arrow';
import { BufferRegion, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { type Frame, writeFrames } from '../base/ipcFrames.ts';
import type { Column } from './column.ts';
import { layoutOf } from './layout.ts';

const noBytes = new Uint8Array(0);

/** A schema alone, as a stream without its end marker. */
export function writeSchema(fields: readonly Field[]): Uint8Array {
  return writeFrames([schemaFrame(fields)], false);
}

/**
 * One IPC stream of exactly one record batch, also for no rows and for no columns. The columns must be plain:
 * dictionaries and views are not written. The mirror of `load.ts`.
 */
export function writeStream(fields: readonly Field[], columns: readonly Column[], rows: number): Uint8Array {
  return writeFrames([schemaFrame(fields), batchFrame(columns, rows)], true);
}

function schemaFrame(fields: readonly Field[]): Frame {
  return { header: Message.encode(Message.from(new Schema([...fields]))), body: noBytes };
}

function batchFrame(columns: readonly Column[], rows: number): Frame {
  const nodes: FieldNode[] = [];
  const regions: BufferRegion[] = [];
  const buffers: Uint8Array[] = [];
  let size = 0;
  function put(buffer: Uint8Array): void {
    regions.push(new BufferRegion(size, buffer.length));
    buffers.push(buffer);
    size += Math.ceil(buffer.length / 8) * 8;
  }
  function visit(column: Column): void {
    const { kind } = layoutOf(column.type);
    if (kind === 'dictionary' || kind === 'views') throw new TypeError(`${column.type} is not a plain type`);
    nodes.push(new FieldNode(column.length, column.nullCount));
    if (kind !== 'null' && kind !== 'union') put(column.validity ?? noBytes);
    for (const buffer of column.buffers) put(buffer);
    for (const child of column.children) visit(child);
  }
  for (const column of columns) visit(column);
  const body = new Uint8Array(size);
  for (const [index, { offset }] of regions.entries()) body.set(buffers[index]!, offset);
  return { header: Message.encode(Message.from(new RecordBatch(rows, nodes, regions, null), size)), body };
}
