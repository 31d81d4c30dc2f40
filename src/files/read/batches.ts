import { ipcOf, type Rows } from '../../arrow/rows.ts';
import type { RowSource } from './columns.ts';
import type { Selection } from './selection.ts';

/** One exchange's worth of rows. */
export interface InputBatch {
  /** One whole Arrow IPC stream. */
  readonly ipc: Uint8Array;
  readonly rows: number;
  readonly input: RowSource;
}

export interface BatchBounds {
  readonly rows: number;
  /** Of the IPC stream; a single row may be larger. */
  readonly bytes: number;
  /** Rows of the first batch, where it is to be smaller. */
  readonly firstRows?: number;
}

/**
 * The selected rows of all inputs, in order, in bounded batches; a batch never spans two inputs.
 * Where no row is selected there is one batch without rows, so that answers still have columns.
 */
export async function* readBatches(
  inputs: readonly RowSource[],
  selection: Selection,
  bounds: BatchBounds,
): AsyncGenerator<InputBatch> {
  let limit = bounds.firstRows ?? bounds.rows;
  let left = selection.rows;
  for (const input of inputs) {
    let parts: Rows[] = [];
    let held = 0;
    const flush = function* () {
      for (const batch of bounded(parts, bounds.bytes)) yield { ...batch, input };
      parts = [];
      held = 0;
      limit = bounds.rows;
    };
    for await (const rows of input.read()) {
      if (selection.rows === 0) {
        yield { ipc: ipcOf([rows.slice(0, 0)]), rows: 0, input };
        return;
      }
      for (const run of selectedRuns(rows, selection)) {
        for (let from = 0; from < run.count; ) {
          const to = Math.min(run.count, from + limit - held);
          parts.push(run.slice(from, to));
          held += to - from;
          from = to;
          if (held === limit) yield* flush();
        }
        left -= run.count;
      }
      if (left === 0) break;
    }
    if (held > 0) yield* flush();
    if (left === 0) return;
  }
}

/** Neighbouring selected rows stay together. */
function* selectedRuns(rows: Rows, selection: Selection): Generator<Rows> {
  let start = -1;
  for (let row = 0; row < rows.count; row++) {
    const taken = selection.takesNext();
    if (taken && start < 0) start = row;
    if (taken || start < 0) continue;
    yield rows.slice(start, row);
    start = -1;
  }
  if (start >= 0) yield rows.slice(start, rows.count);
}

/** Encodes; what is too large is halved, down to single rows. */
function* bounded(parts: readonly Rows[], maxBytes: number): Generator<{ ipc: Uint8Array; rows: number }> {
  const rows = parts.reduce((sum, part) => sum + part.count, 0);
  const ipc = ipcOf(parts);
  if (ipc.byteLength <= maxBytes || rows <= 1) {
    yield { ipc, rows };
    return;
  }
  const half = Math.floor(rows / 2);
  yield* bounded(cut(parts, 0, half), maxBytes);
  yield* bounded(cut(parts, half, rows), maxBytes);
}

function cut(parts: readonly Rows[], from: number, to: number): Rows[] {
  const kept: Rows[] = [];
  let start = 0;
  for (const part of parts) {
    const low = Math.max(from - start, 0);
    const high = Math.min(to - start, part.count);
    if (low < high) kept.push(part.slice(low, high));
    start += part.count;
  }
  return kept;
}
