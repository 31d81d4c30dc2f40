import { RecordBatchReader, type Vector } from 'apache-arrow';

/** What one IPC stream of answers holds. */
export interface AnswerCounts {
  readonly rows: number;
  /** Answers by status, over all classifiers. */
  readonly statuses: ReadonlyMap<string, number>;
}

/** Counts rows, and answers by the field `status` of the columns named; an answer without one counts as ''. */
export function countStatuses(ipc: Uint8Array, classifiers: readonly string[]): AnswerCounts {
  let rows = 0;
  const statuses = new Map<string, number>();
  for (const batch of RecordBatchReader.from(ipc)) {
    rows += batch.numRows;
    for (const name of classifiers) {
      const column: Vector | null | undefined = batch.getChild(name)?.getChild('status');
      for (let row = 0; row < batch.numRows; row++) {
        const status = String(column?.get(row) ?? '');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
  }
  return { rows, statuses };
}
