import type { PipelineParts } from '../pipeline/batch.ts';

type Endpoint = ReturnType<PipelineParts['engine']['view']>[number];

/** How things stand around a job. */
export interface Situation {
  /** Those of the job's models. */
  readonly endpoints: readonly Endpoint[];
  /** Part of the time that the main thread works, 0 to 1. */
  readonly mainThread: number;
  /** Tasks that wait for a worker thread. */
  readonly tasksWaiting: number;
}

/** A quota used to this part is its own explanation, however busy the CPU is beside it. */
const usedUp = 0.93;
/** Above it the main thread has no time left. */
const mainThreadBusy = 0.95;
/** More than that wait for threads only when the threads are too slow. */
const manyTasks = 16;
/** More names than that are no help in one line. */
const mostNames = 3;

/** What keeps one endpoint from taking a call that waits. */
interface Hold {
  readonly what: 'tpm' | 'rpm' | 'calls a minute borne' | 'concurrency' | 'cooling';
  readonly endpoint: Endpoint;
  /** Of a quota: the part used. */
  readonly used?: number;
}

function holdOf(endpoint: Endpoint): Hold {
  const { state, inflight, concurrencyLimit, used, learned } = endpoint;
  if (state === 'cooling') return { what: 'cooling', endpoint };
  const unmetered = used.requests === null && used.tokens === null;
  if (unmetered || inflight >= Math.floor(concurrencyLimit)) return { what: 'concurrency', endpoint };
  const [requests, tokens] = [used.requests ?? -1, used.tokens ?? -1];
  if (tokens >= requests) return { what: 'tpm', endpoint, used: tokens };
  return { what: learned ? 'calls a minute borne' : 'rpm', endpoint, used: requests };
}

const percent = (part: number) => `${Math.round(Math.min(part, 1) * 100)} %`;

function namesOf(endpoints: readonly Endpoint[]): string {
  const names = endpoints.map(({ endpoint }) => endpoint);
  if (names.length > mostNames) return `${names.length} endpoints`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The most used first; a percentage over several quotas is that of their sum. */
function wordsOf(what: Hold['what'], holds: readonly Hold[]): string {
  const endpoints = holds.map(({ endpoint }) => endpoint);
  const of = `${what} ${what === 'calls a minute borne' ? 'by' : 'of'} ${namesOf(endpoints)}`;
  const sum = (value: (hold: Hold) => number) => holds.reduce((total, hold) => total + value(hold), 0);
  if (what === 'cooling') return of;
  if (what === 'concurrency') return `${of}, ${sum(({ endpoint }) => endpoint.inflight)} in flight`;
  const unit = what === 'tpm' ? 'tokens' : 'requests';
  const quota = ({ endpoint }: Hold) => endpoint.quota[unit] ?? 0;
  return `${of}, ${percent(sum((hold) => quota(hold) * (hold.used ?? 0)) / sum(quota))}`;
}

/** What holds the rows back now, in a few words. */
export function constraintOf({ endpoints, mainThread, tasksWaiting }: Situation): string {
  const [first] = endpoints;
  // One that fails every call and is the last of its model stays in use.
  const inUse = endpoints.filter(({ reason }) => reason === null);
  if (first !== undefined && inUse.length === 0)
    return `no endpoint that answers (${first.endpoint} ${first.reason})`;
  // A call waits only where no endpoint of its model may take one: each of them is held by something.
  const holds = inUse.filter(({ waiting }) => waiting > 0).map(holdOf);
  const spent = holds.some(({ used = 0 }) => used >= usedUp);
  if (!spent && mainThread >= mainThreadBusy) return `the CPU, main thread ${percent(mainThread)} busy`;
  if (!spent && tasksWaiting >= manyTasks) return `the CPU, ${tasksWaiting} tasks waiting for a thread`;
  if (holds.length === 0) return 'the client';
  const kinds = [...new Set(holds.map(({ what }) => what))];
  const held = kinds.map((what) =>
    wordsOf(
      what,
      holds.filter((hold) => hold.what === what),
    ),
  );
  const out = endpoints.filter((endpoint) => !inUse.includes(endpoint));
  return `${held.join(' and ')}${out.length === 0 ? '' : `, without ${namesOf(out)} (${out[0]!.reason})`}`;
}
