import { DataType } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { type Column, indicesOf } from './column.ts';
import { childrenOf, layoutOf } from './layout.ts';
import {
  gatherBits,
  gatherBytes,
  gatherFixed,
  gatherLists,
  gatherValidity,
  gatherViews,
  offsetBytes,
  type Pick,
  repeatRows,
} from './picks.ts';
import { isPlain, plainType } from './plainType.ts';

/** One column of plain type out of the same column of every batch; nothing is copied where nothing changes. */
export function plainColumn(type: DataType, columns: readonly Column[]): Column {
  const [only] = columns;
  if (columns.length === 1 && only !== undefined && isPlain(type)) return only;
  return gather(
    type,
    columns.map((column) => ({ column, rows: Int32Array.from({ length: column.length }, (_, row) => row) })),
  );
}

/** The picked rows, one after the other, as one column of plain type. */
export function gather(type: DataType, picks: readonly Pick[]): Column {
  if (DataType.isDictionary(type)) return gather(plainType(type.dictionary), picks.map(throughDictionary));
  const layout = layoutOf(type);
  const length = picks.reduce((sum, { rows }) => sum + rows.length, 0);
  const made = { type: plainType(type), length, ...gatherValidity(picks, length), dictionary: null };
  const child = (index: number, childPicks: readonly Pick[]) =>
    gather(
      childrenOf(type)[index]!.type,
      childPicks.map(({ column, rows }) => ({ column: column.children[index]!, rows })),
    );
  switch (layout.kind) {
    case 'null':
      return { ...made, validity: null, nullCount: length, buffers: [], children: [] };
    case 'bits':
      return { ...made, buffers: [gatherBits(picks, length)], children: [] };
    case 'fixed':
      return { ...made, buffers: [gatherFixed(picks, length, layout.width)], children: [] };
    case 'bytes':
      return { ...made, buffers: gatherBytes(picks, length, layout.wide), children: [] };
    case 'views':
      return { ...made, buffers: gatherViews(picks, length), children: [] };
    case 'list': {
      const { offsets, items } = gatherLists(picks, length);
      return { ...made, buffers: [offsetBytes(offsets, layout.wide)], children: [child(0, items)] };
    }
    case 'fixed_list': {
      const items = picks.map((pick) => repeatRows(pick, layout.size));
      return { ...made, buffers: [], children: [child(0, items)] };
    }
    case 'struct':
      return { ...made, buffers: [], children: childrenOf(type).map((_, index) => child(index, picks)) };
    default:
      throw new SemtelError(
        'column_type',
        `A column of type ${type} cannot be carried in several record batches; send one, or leave it out.`,
      );
  }
}

/** The same rows, as rows of the dictionary's values. */
function throughDictionary({ column, rows }: Pick): Pick {
  const indices = indicesOf(column);
  return { column: column.dictionary!, rows: rows.map((row) => (row < 0 ? -1 : indices[row]!)) };
}
