import type { Scope } from '../base/scope.ts';
import type { AskedTexts, PreparedBatch } from '../workers/tasks.ts';
import type { BatchWork } from './batch.ts';

/**
 * Bytes to conversations and keys, in a worker: decode, validate, normalise, hash. Texts are made at once, too, unless
 * all that the job asked last was in the store.
 */
export function prepare(work: BatchWork, scope: Scope): Promise<PreparedBatch> {
  const { ipc, refresh, job } = work.batch;
  return prepareIn(work, ipc, refresh || !job.answersStored, scope);
}

/** The texts of a prepared batch; where they were left out it is prepared once more. */
export async function askedTexts(
  { asked, ipc }: PreparedBatch,
  work: BatchWork,
  scope: Scope,
): Promise<AskedTexts> {
  return asked ?? (await prepareIn(work, ipc!, true, scope)).asked!;
}

/** The worker takes `ipc`; where it makes no texts it gives it back. */
function prepareIn(
  { batch, parts }: BatchWork,
  ipc: Uint8Array,
  texts: boolean,
  scope: Scope,
): Promise<PreparedBatch> {
  return parts.workers.prepare(
    {
      jobId: batch.job.id,
      ipc,
      rowCount: batch.rowCount,
      maxRows: batch.maxRows,
      columns: batch.columns,
      questions: batch.classifiers.map(({ digest, truncate }, index) => ({
        digest,
        model: batch.models[index]!,
        truncate,
      })),
      texts,
    },
    scope,
  );
}
