import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import type { Metrics } from '../base/metrics.ts';
import { openScope } from '../base/scope.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import { Admission } from './admission.ts';
import { AllTurns } from './allTurns.ts';
import { answerExchange } from './answerExchange.ts';
import { classifierNamed, modelsFor } from './choose.ts';
import { constraintOf } from './constraint.ts';
import { answerShape, describe } from './describe.ts';
import type { ClassifierInfo, JobInfo, Limits, Service } from './exchange.ts';
import { type Job, Jobs } from './jobs.ts';
import type { JobView } from './jobView.ts';
import { loopUse } from './loopUse.ts';
import { parseOptions } from './options.ts';
import { mostActive, mostIdle } from './overview.ts';
import { RecentErrors } from './recentErrors.ts';
import { summaryOf } from './summary.ts';

export interface ServiceOptions {
  readonly version: string;
  readonly pipeline: PipelineParts;
  readonly limits: Limits;
  /** Longest life of a row from the turn of its call. */
  readonly rowMs: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** How busy the main thread is, 0 to 1; by default measured. */
  readonly mainThread?: () => number;
}

/** The value that all are; null where they differ, or there are none. */
function onlyOne(values: readonly string[]): string | null {
  const [first = null, ...others] = new Set(values);
  return others.length === 0 ? first : null;
}

/** A drained server is gone for good: another one can take the batch at once. */
const drainPushbackMs = 100;

function draining(): SemtelError {
  const words = 'The server is shutting down; send the batch to another one, or again later.';
  return new SemtelError('draining', words, { retryable: true, retryAfterMs: drainPushbackMs });
}

/** What every door calls: jobs and admission over the pipeline. Describes its classifiers once, at the start. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { version, pipeline, limits, rowMs, clock, metrics, mainThread = loopUse() } = options;
  const turns = new AllTurns(clock, pipeline.engine, rowMs, limits.waitingExchanges);
  const admission = new Admission(limits, clock, (jobId) => turns.waitingOf(jobId));
  const jobs = new Jobs(clock);
  const errors = new RecentErrors(clock);
  const entrance = openScope(clock);
  /** Ends when the time to drain is over. */
  const life = openScope(clock);
  const parts = { pipeline, admission, turns, limits, rowMs, clock, entrance, errors };
  let open = 0;
  let allAnswered = () => {};

  const described = new Map<string, ClassifierInfo>();
  for (const classifier of pipeline.classifiers.list())
    described.set(classifier.name, await describe(classifier, pipeline, life));

  exportGauges(metrics, jobs, { admission, turns }, pipeline);

  /** Looks at engine and machine once, for any number of jobs. */
  function look() {
    const endpoints = pipeline.engine.view();
    const machine = { mainThread: mainThread(), tasksWaiting: pipeline.workers.queued };
    const viewOf = (job: Job): JobView => {
      const { id, state, ledger, rowsPerSecond, rowsWaiting, rejection, models } = job;
      const own = () => endpoints.filter(({ model }) => models.has(model));
      const boundBy = state === 'ACTIVE' ? constraintOf({ endpoints: own(), ...machine }) : null;
      const idleMs = clock.now() - job.lastActiveMs;
      const currency = onlyOne([...models].flatMap((model) => pipeline.engine.price(model)?.currency ?? []));
      return {
        id,
        state,
        ledger: { ...ledger },
        rowsPerSecond,
        rowsWaiting,
        rejection,
        boundBy,
        idleMs,
        currency,
      };
    };
    return { endpoints, viewOf };
  }

  function info(job: Job, { viewOf } = look()): JobInfo {
    const view = viewOf(job);
    const { id, state, ledger, rowsWaiting } = view;
    return { jobId: id, state, ledger, rowsWaiting, summary: summaryOf(view) };
  }

  return {
    version,
    limits,
    options: parseOptions,

    async classify(exchange, client) {
      if (entrance.ended !== undefined) throw entrance.ended;
      const job = jobs.open(exchange.options.jobId || `peer:${exchange.peer}`);
      if (job.state === 'CANCELLED') throw job.scope.ended!;
      const scope = openScope(clock, { parent: client });
      const leaveLife = life.onEnd((reason) => scope.end(reason));
      const leaveJob = job.enter(exchange.rowCount);
      open += 1;
      try {
        return await answerExchange(exchange, job, parts, scope);
      } finally {
        leaveJob();
        leaveLife();
        scope.dispose();
        open -= 1;
        if (open === 0) allAnswered();
      }
    },

    async resultSchema(asked, input, scope) {
      const classifiers = asked.classifiers.map((name) => classifierNamed(name, pipeline));
      modelsFor(classifiers, asked, pipeline.engine);
      const named = classifiers.map(answerShape);
      const { conversation, id, passthrough, jobId } = asked;
      return pipeline.workers.schema(
        { jobId, input, columns: { conversation, id, passthrough }, classifiers: named },
        scope,
      );
    },

    list: () => [...described.values()],
    describe: (name) => described.get(classifierNamed(name, pipeline).name)!,
    job: (jobId) => info(jobs.get(jobId)),
    jobs() {
      const seen = look();
      return jobs.all().map((job) => info(job, seen));
    },
    overview() {
      const { endpoints, viewOf } = look();
      const latest = jobs.all().toReversed();
      const active = latest
        .filter(({ openExchanges }) => openExchanges > 0)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const idle = latest.filter(({ openExchanges }) => openExchanges === 0);
      const sum = (value: (job: Job) => number) => active.reduce((total, job) => total + value(job), 0);
      return {
        version,
        serving: entrance.ended === undefined,
        active: {
          jobs: active.length,
          rowsPerSecond: sum(({ rowsPerSecond }) => rowsPerSecond),
          rowsWaiting: sum(({ rowsWaiting }) => rowsWaiting),
        },
        jobs: [...active.slice(0, mostActive), ...idle.slice(0, mostIdle)].map(viewOf),
        jobsInAll: latest.length,
        endpoints,
        errors: errors.list(),
      };
    },
    callFailed: (kind) => errors.onCall(kind),
    cancelJob(jobId) {
      const job = jobs.get(jobId);
      job.cancel();
      return info(job);
    },

    get serving() {
      return entrance.ended === undefined;
    },
    async drain(timeoutMs) {
      entrance.end(draining());
      if (open === 0) return;
      const stop = clock.after(timeoutMs, () => life.end(draining()));
      await new Promise<void>((resolve) => {
        allAnswered = resolve;
      });
      stop();
    },
  };
}

function exportGauges(
  metrics: Metrics,
  jobs: Jobs,
  { admission, turns }: { admission: Admission; turns: AllTurns },
  { workers }: PipelineParts,
): void {
  const one = (value: number) => [{ labels: {}, value }];
  metrics.gauge('semtel_jobs_active', () => one(jobs.all().filter(({ state }) => state === 'ACTIVE').length));
  metrics.gauge('semtel_rows_waiting', () =>
    one(jobs.all().reduce((sum, { rowsWaiting }) => sum + rowsWaiting, 0)),
  );
  metrics.gauge('semtel_exchanges_waiting', () => one(admission.waitingExchanges + turns.waiting));
  metrics.gauge('semtel_inflight_bytes', () => one(admission.inflightBytes));
  metrics.gauge('semtel_pool_queue', () => one(workers.queued));
}
