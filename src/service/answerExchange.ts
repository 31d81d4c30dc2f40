import type { Answer } from '../base/answer.ts';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { openScope, type Scope } from '../base/scope.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import { classifyBatch } from '../pipeline/recipe.ts';
import type { Admission } from './admission.ts';
import { type AllTurns, notAdmitted } from './allTurns.ts';
import { classifierNamed, modelsFor } from './choose.ts';
import type { Exchange, ExchangeResult, Limits } from './exchange.ts';
import type { Job } from './jobs.ts';
import type { RecentErrors } from './recentErrors.ts';

export interface ExchangeParts {
  readonly pipeline: PipelineParts;
  readonly admission: Admission;
  readonly turns: AllTurns;
  readonly limits: Limits;
  /** Longest life of a row from the turn of its call. */
  readonly rowMs: number;
  readonly clock: Clock;
  /** Ends when draining starts: nothing waits for admission any more. */
  readonly entrance: Scope;
  readonly errors: RecentErrors;
}

/** Rows end at the latest this much before the client's deadline, so that their batch still arrives (contract section 6). */
const marginMs = 500;
const marginShare = 0.02;

/** One exchange of a job: checked, admitted, and run through the pipeline within the client's time. */
export async function answerExchange(
  exchange: Exchange,
  job: Job,
  parts: ExchangeParts,
  scope: Scope,
): Promise<ExchangeResult> {
  const { options: asked, rowCount } = exchange;
  const { limits, clock, pipeline } = parts;
  const classifiers = asked.classifiers.map((name) => classifierNamed(name, pipeline));
  const models = modelsFor(classifiers, asked, pipeline.engine);
  if (rowCount > limits.batchRows)
    throw new SemtelError(
      'too_many_rows',
      `The batch has ${rowCount} rows; the limit is ${limits.batchRows}. Send smaller batches.`,
    );
  for (const model of models) job.models.add(model);
  const leaveAdmission = await admit(exchange, job.id, parts, scope);
  const rows = openScope(clock, {
    parent: scope,
    deadlineMs: lastEndMs(scope, clock),
    onDeadline: () =>
      new SemtelError('deadline', "The client's time was over before an endpoint answered the row."),
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
      onError: (answer: Answer) => parts.errors.onAnswer(answer),
      job: job.part(exchange.weight, classifiers.length),
      turns: parts.turns.of(job.id, exchange.weight),
      rowMs: parts.rowMs,
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
  try {
    return await admission.admit({ jobId, bytes: exchange.ipc.byteLength }, waiting);
  } catch (error) {
    if (!(error instanceof SemtelError) || error.kind !== 'deadline') throw error;
    throw notAdmitted(error);
  } finally {
    leaveEntrance();
    waiting.dispose();
  }
}

/** When every row of the exchange is to have its answer. */
function lastEndMs({ deadlineMs }: Scope, clock: Clock): number {
  const left = deadlineMs - clock.now();
  return left === Number.POSITIVE_INFINITY ? left : deadlineMs - Math.max(marginMs, left * marginShare);
}
