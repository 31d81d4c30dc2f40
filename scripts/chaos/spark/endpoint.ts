import type { ControlChange } from '../../../src/simulate/control.ts';
import type { Stats } from '../../../src/simulate/fleet.ts';

/** What the simulated endpoints have been asked so far, all together. */
export interface Seen {
  readonly requests: number;
  /** Answered 200. */
  readonly answered: number;
  /** Asked and not answered yet. */
  readonly inFlight: number;
  /** Refused 429 by the quota. */
  readonly throttled: number;
  /** Ended after the same request had been answered before: paid twice. */
  readonly answeredAgain: number;
  /** Ended after the same request had been given up by its client: perhaps paid twice. */
  readonly abortedAgain: number;
  /** Failures of the server, broken connections, replies that are not as asked. */
  readonly failed: number;
  readonly reset: number;
  readonly malformed: number;
}

/** 5 % each fail or break, and 2 % of the replies are malformed, in seven ways. */
export const weather = {
  '500': 0.02,
  '503': 0.02,
  '529': 0.01,
  reset: 0.05,
  truncated: 0.004,
  fenced: 0.003,
  prose: 0.003,
  wrong_case: 0.003,
  near_miss: 0.003,
  dropped_item: 0.002,
  empty: 0.002,
} as const;

export const fairWeather = Object.fromEntries(Object.keys(weather).map((name) => [name, 0]));

const failures = ['500', '503', '529'] as const;
const spoiled = ['truncated', 'fenced', 'prose', 'wrong_case', 'near_miss', 'dropped_item', 'empty'] as const;

/** The simulated endpoints at `origin`. */
export function endpointAt(origin: string) {
  return {
    async control(change: ControlChange): Promise<void> {
      const response = await fetch(`${origin}/semtel/control`, {
        method: 'POST',
        body: JSON.stringify(change),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async seen(): Promise<Seen> {
      const stats = (await (await fetch(`${origin}/semtel/stats`)).json()) as Stats;
      const all = Object.values(stats.endpoints);
      const sum = (count: (endpoint: (typeof all)[number]) => number) =>
        all.reduce((total, endpoint) => total + count(endpoint), 0);
      const faults = (names: readonly (keyof typeof weather)[]) =>
        sum((endpoint) => names.reduce((total, name) => total + endpoint.faults[name], 0));
      return {
        requests: sum(({ requests }) => requests),
        answered: sum(({ ok }) => ok),
        inFlight: sum(({ in_flight }) => in_flight),
        throttled: sum(({ throttled }) => throttled),
        answeredAgain: sum(({ repeated }) => repeated.answered),
        abortedAgain: sum(({ repeated }) => repeated.aborted),
        failed: faults(failures),
        reset: faults(['reset']),
        malformed: faults(spoiled),
      };
    },
  };
}

export type Endpoint = ReturnType<typeof endpointAt>;
