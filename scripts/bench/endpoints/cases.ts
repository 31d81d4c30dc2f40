import type { ControlChange } from '../../../src/simulate/control.ts';

/** One simulated endpoint of a case. */
export interface CaseEndpoint {
  readonly name: string;
  /** What its quota (or its slots) can answer. */
  readonly rowsPerSecond: number;
  /** Beside the quota, which follows from the rate. */
  readonly control?: ControlChange;
  /** Answers no row. `refused`: nothing listens at its port. */
  readonly dead?: 'refused' | 'fault';
}

/** What changes while a case runs. The quota is `quota` times the endpoints' own from then on. */
interface Change {
  readonly atS: number;
  readonly quota: number;
  readonly control?: ControlChange;
}

/** One situation; everybody answers the same rows at the same endpoints. */
export interface Case {
  readonly name: string;
  /** For the table. */
  readonly about: string;
  readonly endpoints: readonly CaseEndpoint[];
  /** The work is what all endpoints together can answer in this time. */
  readonly idealS: number;
  /** Time in which the endpoints answer nobody. */
  readonly outageS?: number;
  readonly changes?: readonly Change[];
  /** Clients that divide the rows among them without knowing of each other. */
  readonly clients?: number;
  /** Parts of the rows that are jobs of their own, running beside each other. */
  readonly jobs?: readonly number[];
  /** The quota of the one endpoint falls with the first change and returns with the second; the table tells how soon either is met. */
  readonly followed?: boolean;
}

const rate = 40;
const single = (control: ControlChange = {}): CaseEndpoint[] => [{ name: 'a', rowsPerSecond: rate, control }];
const four = (last: Omit<CaseEndpoint, 'name' | 'rowsPerSecond'>): CaseEndpoint[] =>
  ['a', 'b', 'c', 'd'].map((name) => ({ name, rowsPerSecond: rate / 4, ...(name === 'd' ? last : {}) }));

/** Calls that 64 slots answer at a mean of 1.6 s: about as many rows as the quota of the other cases. */
const slots = 64;
const slotLatency = { latency_ms: 1_600, latency_sigma: 0.3 };
const slotMeanMs = slotLatency.latency_ms * Math.exp(slotLatency.latency_sigma ** 2 / 2);

/**
 * All situations. `seconds` is the time that perfect use would take, except where the window of the quota or
 * the situation itself asks for more.
 */
export function allCases(seconds: number, quick: boolean): Case[] {
  const outageS = quick ? 10 : 60;
  const downFrom = seconds / 4;
  const units = [1, 1, 2, 2, 4, 4, 8, 8];
  const unit = rate / units.reduce((sum, each) => sum + each, 0);
  return [
    {
      name: 'quota',
      about: 'one quota of 40 rows/s',
      endpoints: single(),
      idealS: quick ? seconds : 50,
    },
    {
      name: 'minute',
      about: 'fixed minutes',
      endpoints: single({ window: '1m' }),
      // More than one whole minute, so that there is work left when it ends.
      idealS: 75,
    },
    { name: '1s', about: 'sliding windows of 1 s', endpoints: single({ window: '1s' }), idealS: seconds },
    { name: '10s', about: 'sliding windows of 10 s', endpoints: single({ window: '10s' }), idealS: seconds },
    {
      name: 'no-headers',
      about: 'quota without rate headers',
      endpoints: single({ headers: 'none' }),
      idealS: seconds,
    },
    {
      name: 'slots',
      about: '64 slots, no quota, no headers',
      endpoints: [
        {
          name: 'a',
          rowsPerSecond: (slots * 1_000) / slotMeanMs,
          control: { ...slotLatency, slots, headers: 'none' },
        },
      ],
      // Some round trips of 1.6 s until the number of slots is found are to be a small part of it.
      idealS: quick ? seconds : 60,
    },
    {
      name: 'halved',
      about: `quota halved for ${seconds} s`,
      endpoints: single(),
      // At its whole quota. The halved time makes it `seconds / 2` more, and there is half a minute to come back in.
      idealS: (3 * seconds) / 2 + (quick ? seconds : 30),
      followed: true,
      changes: [
        { atS: seconds, quota: 0.5 },
        { atS: 2 * seconds, quota: 1 },
      ],
    },
    {
      name: 'weights',
      about: '8 endpoints, quotas 1:2:4:8',
      endpoints: units.map((each, index) => ({ name: `e${index + 1}`, rowsPerSecond: each * unit })),
      idealS: seconds,
    },
    { name: 'four', about: 'four healthy endpoints', endpoints: four({}), idealS: seconds },
    {
      name: 'dead-refused',
      about: 'one of four refuses connections',
      endpoints: four({ dead: 'refused' }),
      idealS: seconds,
    },
    {
      name: 'dead-500',
      about: 'one of four answers 500',
      endpoints: four({ dead: 'fault', control: { faults: { 500: 1 } } }),
      idealS: seconds,
    },
    {
      name: 'dead-hang',
      about: 'one of four never answers',
      endpoints: four({ dead: 'fault', control: { faults: { hang: 1 } } }),
      idealS: seconds,
    },
    {
      name: 'dead-drip',
      about: 'one of four drips its replies over a minute',
      endpoints: four({ dead: 'fault', control: { latency_ms: 7_000, faults: { slow: 1 } } }),
      idealS: seconds,
    },
    {
      name: 'outage',
      about: `503 to all for ${outageS} s`,
      endpoints: single(),
      idealS: seconds,
      outageS,
      changes: [
        { atS: downFrom, quota: 0, control: { faults: { 503: 1 } } },
        { atS: downFrom + outageS, quota: 1, control: { faults: { 503: 0 } } },
      ],
    },
    {
      name: 'faults',
      about: '5 % 500, 5 % reset, 2 % cut, 1 % hang',
      endpoints: single({ faults: { 500: 0.05, reset: 0.05, truncated: 0.02, hang: 0.01 } }),
      idealS: seconds,
    },
    {
      name: 'hang',
      about: '1 % of calls never answered',
      endpoints: single({ faults: { hang: 0.01 } }),
      idealS: seconds,
    },
    { name: 'two', about: 'two clients on one quota', endpoints: single(), idealS: seconds, clients: 2 },
    {
      name: 'jobs',
      about: 'one big job beside nine small ones',
      endpoints: single(),
      idealS: seconds,
      jobs: [0.82, ...Array.from({ length: 9 }, () => 0.02)],
    },
  ];
}

/** Whether an endpoint can answer rows at all. */
export const alive = ({ dead }: CaseEndpoint): boolean => dead === undefined;

const rateOf = (endpoints: readonly CaseEndpoint[]): number =>
  endpoints.filter(alive).reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0);

/** Rows that perfect use of the living endpoints answers between two moments of a case. */
export function answerable({ endpoints, changes = [] }: Case, fromS: number, toS: number): number {
  const moments = [{ atS: 0, quota: 1 }, ...changes, { atS: Number.POSITIVE_INFINITY, quota: 0 }];
  let seconds = 0;
  for (const [index, { atS, quota }] of moments.slice(0, -1).entries()) {
    seconds += quota * Math.max(0, Math.min(toS, moments[index + 1]!.atS) - Math.max(fromS, atS));
  }
  return seconds * rateOf(endpoints);
}

export const rowsOf = ({ endpoints, idealS }: Case): number =>
  Math.round(endpoints.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0) * idealS);
