import type { PipelineParts } from '../pipeline/batch.ts';
import type { Job } from './jobs.ts';

type Endpoints = ReturnType<PipelineParts['engine']['view']>;

/** Below this share of a minute's quota the bucket, not the concurrency, holds calls back. */
const emptyShare = 0.005;

/** What holds the rows back now, in a few words. */
function constraint(endpoints: Endpoints): string {
  const up = endpoints.filter(({ state }) => state === 'up' || state === 'cooling');
  if (endpoints.length > 0 && up.length === 0) return 'no endpoint that answers';
  const cooling = up.find(({ state }) => state === 'cooling');
  if (cooling !== undefined && up.every(({ state }) => state === 'cooling'))
    return `cooling of ${cooling.endpoint}`;
  for (const { endpoint, quota, level, inflight, concurrencyLimit } of up) {
    if (quota.tokens !== null && level.tokens !== null && level.tokens < quota.tokens * emptyShare)
      return `tpm of ${endpoint}`;
    if (
      quota.requests !== null &&
      level.requests !== null &&
      level.requests < Math.max(1, quota.requests * emptyShare)
    )
      return `rpm of ${endpoint}`;
    if (inflight >= Math.floor(concurrencyLimit)) return `concurrency of ${endpoint}, ${inflight} in flight`;
  }
  return 'the client';
}

/** One readable line: how fast the job goes and what holds it back. */
export function summaryOf(job: Job, endpoints: Endpoints): string {
  const { ledger } = job;
  const done = `${ledger.rows.toLocaleString('en')} rows answered, ${ledger.ok.toLocaleString('en')} of ${ledger.questions.toLocaleString('en')} questions ok`;
  if (job.state !== 'ACTIVE') return `job ${job.id}: ${job.state.toLowerCase()}, ${done}`;
  const rate = Math.round(job.rowsPerSecond).toLocaleString('en');
  return `job ${job.id}: ${rate} rows/s, bound by ${constraint(endpoints)}; ${done}`;
}
