import type { Ledger } from '../base/ledger.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import type { JobState } from './exchange.ts';

type Endpoint = ReturnType<PipelineParts['engine']['view']>[number];
type Unit = 'requests' | 'tokens';

/** What a job's line is made of. */
export interface JobFigures {
  readonly id: string;
  readonly state: JobState;
  readonly ledger: Readonly<Ledger>;
  readonly rowsPerSecond: number;
}

/** How things stand around a job. */
export interface Situation {
  /** Those of the job's models. */
  readonly endpoints: readonly Endpoint[];
  /** Requests or tokens that an endpoint was billed of late, a minute. */
  perMinute(endpoint: string, unit: Unit): number;
  /** Part of the time that the main thread works, 0 to 1. */
  readonly mainThread: number;
  /** Tasks that wait for a worker thread. */
  readonly tasksWaiting: number;
}

/** A quota used to this part holds calls back: what is kept free of it for safety is less. */
const usedUp = 0.93;
/** So does a bucket that holds less than this part of a minute's quota: it never holds much more than a second's. */
const emptyShare = 0.005;
/** Above it the main thread has no time left. */
const mainThreadBusy = 0.95;
/** More than that wait for threads only when the threads are too slow. */
const manyTasks = 16;

const quotaNames = { requests: 'rpm', tokens: 'tpm' } as const;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const count = (value: number) => Math.round(value).toLocaleString('en');

/** The quotas that hold calls back, the most used one first. */
function spentQuotas(endpoint: Endpoint, { perMinute }: Situation): { words: string; used: number }[] {
  return (['tokens', 'requests'] as const).flatMap((unit) => {
    const quota = endpoint.quota[unit];
    const level = endpoint.level[unit];
    if (quota === null || quota <= 0) return [];
    // A bucket that was full when the job came gives a little more than the quota.
    const used = Math.min(perMinute(endpoint.endpoint, unit) / quota, 1);
    // A bucket of requests holds whole ones.
    const low = Math.max(quota * emptyShare, unit === 'requests' ? 1 : 0);
    const empty = level !== null && level < low;
    if (used < usedUp && !empty) return [];
    return [{ words: `${quotaNames[unit]} of ${endpoint.endpoint}, ${percent(used)}`, used }];
  });
}

/** What holds the rows back now, in a few words. */
function constraint(situation: Situation): string {
  const { endpoints, mainThread, tasksWaiting } = situation;
  const inUse = endpoints.filter(({ state }) => state === 'up' || state === 'cooling');
  const [out] = endpoints;
  if (inUse.length === 0)
    return out === undefined
      ? 'the client'
      : `no endpoint that answers (${out.endpoint}: ${out.reason ?? out.state})`;
  const up = inUse.filter(({ state }) => state === 'up');
  if (up.length === 0) return `cooling of ${inUse.map(({ endpoint }) => endpoint).join(', ')}`;
  const [quota] = up.flatMap((each) => spentQuotas(each, situation)).sort((a, b) => b.used - a.used);
  if (quota !== undefined) return quota.words;
  if (mainThread >= mainThreadBusy) return `the CPU, main thread ${percent(mainThread)} busy`;
  if (tasksWaiting >= manyTasks) return `the CPU, ${tasksWaiting} tasks waiting for a thread`;
  const full = up.find(({ inflight, concurrencyLimit }) => inflight >= Math.floor(concurrencyLimit));
  if (full !== undefined) return `concurrency of ${full.endpoint}, ${full.inflight} in flight`;
  return 'the client';
}

/** One readable line: how fast the job goes and what holds it back. */
export function summaryOf({ id, state, ledger, rowsPerSecond }: JobFigures, situation: Situation): string {
  const done = `${count(ledger.rows)} rows answered, ${count(ledger.ok)} of ${count(ledger.questions)} questions ok`;
  if (state !== 'ACTIVE') return `job ${id}: ${state.toLowerCase()}, ${done}`;
  return `job ${id}: ${count(rowsPerSecond)} rows/s, bound by ${constraint(situation)}; ${done}`;
}
