import type { EndpointView } from './overview.ts';

/** How things stand around a job. */
export interface Situation {
  /** Those of the job's models. */
  readonly endpoints: readonly EndpointView[];
  /** Part of the time that the main thread works, 0 to 1. */
  readonly mainThread: number;
  /** Tasks that wait for a worker thread. */
  readonly tasksWaiting: number;
}

/** A quota used to this part is explanation enough, whatever else is at its limit too. */
const usedUp = 0.93;
/** Above it the main thread has no time left. */
const mainThreadBusy = 0.95;
/** More than that wait for threads only when the threads are too slow. */
const manyTasks = 16;
/** More names than that are no help in one line. */
const mostNames = 3;

/** What keeps one endpoint from taking a call that waits. */
interface Hold {
  readonly by: 'tpm of' | 'rpm of' | 'calls a minute borne by' | 'concurrency of' | 'rests after 429 of';
  readonly endpoint: EndpointView;
  /** Of a quota: the part used. */
  readonly used?: number;
}

function holdOf(endpoint: EndpointView): Hold {
  const { state, inflight, concurrencyLimit, used, learned } = endpoint;
  const [requests, tokens] = [used.requests ?? -1, used.tokens ?? -1];
  const most = Math.max(requests, tokens);
  if (most < usedUp) {
    if (state === 'cooling') return { by: 'rests after 429 of', endpoint };
    if (most < 0 || inflight >= Math.floor(concurrencyLimit)) return { by: 'concurrency of', endpoint };
  }
  const by = tokens === most ? 'tpm of' : learned ? 'calls a minute borne by' : 'rpm of';
  return { by, endpoint, used: most };
}

const percent = (part: number) => `${Math.round(Math.min(part, 1) * 100)} %`;

function namesOf(endpoints: readonly EndpointView[]): string {
  const names = endpoints.map(({ endpoint }) => endpoint);
  if (names.length > mostNames) return `${names.length} endpoints`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Endpoints that are held by the same, together: the percentage over several quotas is that of their sum. */
function wordsOf(by: Hold['by'], holds: readonly Hold[]): string {
  const words = `${by} ${namesOf(holds.map(({ endpoint }) => endpoint))}`;
  const sum = (value: (hold: Hold) => number) => holds.reduce((total, hold) => total + value(hold), 0);
  if (by === 'rests after 429 of') return words;
  if (by === 'concurrency of') return `${words}, ${sum(({ endpoint }) => endpoint.inflight)} in flight`;
  const unit = by === 'tpm of' ? 'tokens' : 'requests';
  const quota = ({ endpoint }: Hold) => endpoint.quota[unit] ?? 0;
  return `${words}, ${percent(sum((hold) => quota(hold) * (hold.used ?? 0)) / sum(quota))}`;
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
  const kinds = [...new Set(holds.map(({ by }) => by))];
  const held = kinds.map((by) =>
    wordsOf(
      by,
      holds.filter((hold) => hold.by === by),
    ),
  );
  const out = endpoints.filter((endpoint) => !inUse.includes(endpoint));
  return `${held.join(' and ')}${out.length === 0 ? '' : `, without ${namesOf(out)} (${out[0]!.reason})`}`;
}
