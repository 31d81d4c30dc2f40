import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { openScope, type Scope } from '../base/scope.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import { classifyBatch } from '../pipeline/recipe.ts';
import type { Admission } from './admission.ts';
import { classifierNamed, modelFor } from './choose.ts';
import type { Exchange, ExchangeResult, Limits } from './exchange.ts';
import type { Job } from './jobs.ts';

export interface ExchangeParts {
  readonly pipeline: PipelineParts;
  readonly admission: Admission;
  readonly limits: Limits;
  /** Longest life of a row from its admission. */
  readonly rowMs: number;
  readonly clock: Clock;
  /** Ends when draining starts: nothing waits for admission any more. */
  readonly entrance: Scope;
}

/** Rows end this much before the client's deadline, so that their batch still arrives (contract section 6). */
const marginMs = 500;
const marginShare = 0.02;

/** One exchange of a job: checked, admitted, and run through the pipeline under the rows' clock. */
export async function answerExchange(
  exchange: Exchange,
  job: Job,
  parts: ExchangeParts,
  scope: Scope,
): Promise<ExchangeResult> {
  const { options: asked, rowCount } = exchange;
  const { limits, clock, pipeline } = parts;
  const classifiers = asked.classifiers.map((name) => classifierNamed(name, pipeline));
  const models = classifiers.map((classifier) => modelFor(classifier, asked, pipeline));
  if (rowCount > limits.batchRows)
    throw new SemtelError(
      'too_many_rows',
      `The batch has ${rowCount} rows; the limit is ${limits.batchRows}. Send smaller batches.`,
    );
  const leaveAdmission = await admit(exchange, job.id, parts, scope);
  const rows = openScope(clock, {
    parent: scope,
    deadlineMs: rowDeadlineMs(scope, parts),
    onDeadline: () => new SemtelError('deadline', "The row's time was over before an endpoint answered."),
  });
  const leaveJob = job.scope.onEnd((reason) => rows.end(reason));
  job.budget.limit(asked);
  try {
    const batch = {
      ipc: exchange.ipc,
      rowCount,
      maxRows: limits.batchRows,
      columns: asked,
      classifiers,
      models,
      refresh: asked.refresh,
      combine: asked.combine,
      job: job.part(exchange.weight),
    };
    const result = await classifyBatch(batch, pipeline, { exchange: scope, rows });
    if (job.scope.ended?.kind === 'endpoints_rejected') throw job.scope.ended;
    return result;
  } finally {
    leaveJob();
    rows.dispose();
    leaveAdmission();
  }
}

/** Waits for room; the returned function gives it back. */
async function admit(
  exchange: Exchange,
  jobId: string,
  parts: ExchangeParts,
  scope: Scope,
): Promise<() => void> {
  const { admission, clock, entrance } = parts;
  const waiting = openScope(clock, { parent: scope });
  const leaveEntrance = entrance.onEnd((reason) => waiting.end(reason));
  const load = {
    jobId,
    bytes: exchange.ipc.byteLength,
    questions: exchange.rowCount * exchange.options.classifiers.length,
  };
  try {
    return await admission.admit(load, waiting);
  } catch (error) {
    if (!(error instanceof SemtelError) || error.kind !== 'deadline') throw error;
    const words = 'The deadline passed while the batch waited for admission.';
    throw new SemtelError('not_admitted', words, { retryable: true, cause: error });
  } finally {
    leaveEntrance();
    waiting.dispose();
  }
}

function rowDeadlineMs(scope: Scope, { clock, rowMs }: ExchangeParts): number {
  const now = clock.now();
  const left = scope.deadlineMs - now;
  const margin = left === Number.POSITIVE_INFINITY ? 0 : Math.max(marginMs, left * marginShare);
  return now + Math.min(rowMs, left - margin);
}
