import type { Scope } from '../base/scope.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { BatchRequest, PipelineParts } from './batch.ts';

/** Bytes to conversations, keys and texts, in a worker: decode, validate, normalise, hash, truncate. */
export function prepare(batch: BatchRequest, parts: PipelineParts, scope: Scope): Promise<PreparedBatch> {
  return parts.workers.prepare(
    {
      jobId: batch.job.id,
      ipc: batch.ipc,
      rowCount: batch.rowCount,
      maxRows: batch.maxRows,
      columns: batch.columns,
      questions: batch.classifiers.map(({ digest, truncate }, index) => ({
        digest,
        model: batch.models[index]!,
        truncate,
      })),
    },
    scope,
  );
}
