import { promptDigestOf } from '../base/promptDigest.ts';
import type { Scope } from '../base/scope.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { AnsweredRows } from './answerRows.ts';
import type { BatchWork } from './batch.ts';
import type { SettledBatch } from './settledBatch.ts';
import { report, tallyOf } from './tally.ts';

/** Answers in row order to one Arrow record batch, encoded in a worker; counted first. */
export async function settle(
  prepared: PreparedBatch,
  answered: AnsweredRows,
  work: BatchWork,
  scope: Scope,
): Promise<SettledBatch> {
  const { batch, parts } = work;
  const tally = tallyOf(prepared, answered, work);
  report(tally, work);
  const columns = batch.classifiers.map(({ name, digest, outputs }, index) => ({
    name,
    promptDigest: promptDigestOf(digest),
    outputs,
    answers: answered.settled[index]!.map(({ answer }) => answer),
  }));
  const ipc = await parts.workers.encode(
    { jobId: batch.job.id, carried: prepared.carried, rows: prepared.rows, columns },
    scope,
  );
  return { ipc, tally };
}
