import type { DataType, Dictionary } from 'apache-arrow';
import type { RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { type Budget, readBuffers, spendValues } from './buffers.ts';
import { broken, checkIndices, checkOffsets, checkUnion, checkValidity, checkViews } from './checks.ts';
import { bitmapBytes, type Column } from './column.ts';
import { plainColumn } from './gather.ts';
import { childrenOf, layoutOf } from './layout.ts';

/** Dictionaries in force, by id; their columns are of plain type. */
export type Dictionaries = ReadonlyMap<number, Column>;

/**
 * Columns of one record batch, every promise of `Column` checked: buffers inside the body, lengths and null counts
 * that agree, offsets that never fall, views and indices in range. Throws `bad_arrow`.
 */
export function loadColumns(
  types: readonly DataType[],
  batch: RecordBatch,
  body: Uint8Array,
  dictionaries: Dictionaries,
  budget: Budget,
): Column[] {
  const buffers = readBuffers(batch, body, budget);
  let node = 0;
  let variadic = 0;

  function load(type: DataType): Column {
    const fieldNode = batch.nodes[node++];
    if (fieldNode === undefined) throw broken('it has fewer field nodes than its schema needs');
    const { length, nullCount } = fieldNode;
    if (!(length >= 0 && length <= 0x7fffffff && nullCount <= length))
      throw broken(`a column says ${length} rows and ${nullCount} nulls`);
    spendValues(budget, length);
    const layout = layoutOf(type);
    const column = {
      type,
      length,
      validity: null,
      nullCount: 0,
      buffers: [],
      children: [],
      dictionary: null,
    };
    const children = () => childrenOf(type).map((child) => load(child.type));
    if (layout.kind === 'null') return { ...column, nullCount: length };
    if (layout.kind === 'union') {
      const typeIds = buffers.next(length);
      const offsets = layout.dense ? [buffers.next(length * 4)] : [];
      return checkUnion({ ...column, buffers: [typeIds, ...offsets], children: children() }, layout.typeIds);
    }
    const checked = { ...column, ...checkValidity(buffers.bitmap(bitmapBytes(length)), length, nullCount) };
    switch (layout.kind) {
      case 'bits':
        return { ...checked, buffers: [buffers.next(bitmapBytes(length))] };
      case 'fixed':
        return { ...checked, buffers: [buffers.next(length * layout.width)] };
      case 'bytes': {
        const offsets = buffers.offsets(length, layout.wide ? 8 : 4);
        const data = buffers.whole();
        const end = checkOffsets({ ...checked, buffers: [offsets] }, data.length);
        return { ...checked, buffers: [offsets, data.subarray(0, end)] };
      }
      case 'views': {
        const views = buffers.next(length * 16);
        const count = batch.variadicBufferCounts[variadic++] ?? 0;
        const data = Array.from({ length: Math.min(count, batch.buffers.length) }, () => buffers.whole());
        return checkViews({ ...checked, buffers: [views, ...data] });
      }
      case 'list': {
        const loaded = {
          ...checked,
          buffers: [buffers.offsets(length, layout.wide ? 8 : 4)],
          children: children(),
        };
        checkOffsets(loaded, loaded.children[0]?.length ?? 0);
        return loaded;
      }
      case 'fixed_list': {
        const loaded = { ...checked, children: children() };
        if (!(layout.size >= 0 && (loaded.children[0]?.length ?? 0) >= length * layout.size))
          throw broken('a fixed-size list has too few items');
        return loaded;
      }
      case 'struct': {
        const loaded = { ...checked, children: children() };
        if (loaded.children.some((child) => child.length < length))
          throw broken('a struct has a member with too few rows');
        return loaded;
      }
      case 'dictionary': {
        const { id, dictionary: valueType } = type as Dictionary;
        // Without rows that point into it, a dictionary may be missing.
        const dictionary = dictionaries.get(id) ?? plainColumn(valueType, []);
        return checkIndices({ ...checked, buffers: [buffers.next(length * layout.width)], dictionary });
      }
    }
  }

  const columns = types.map(load);
  if (columns.some((column) => column.length !== batch.length))
    throw broken(`the batch says ${batch.length} rows, a column of it another number`);
  return columns;
}
