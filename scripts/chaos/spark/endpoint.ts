import type { ControlChange } from '../../../src/simulate/control.ts';
import type { Stats } from '../../../src/simulate/fleet.ts';

/** What the simulated endpoints have been asked so far, all together. */
export interface Seen {
  readonly requests: number;
  /** Answered 200. */
  readonly answered: number;
  /** Asked and not answered yet. */
  readonly inFlight: number;
  /** Refused 429, by the quota or by chance. */
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

const failures = { '500': 0.02, '503': 0.02, '529': 0.01 };
const malformed = {
  truncated: 0.004,
  fenced: 0.003,
  prose: 0.003,
  wrong_case: 0.003,
  near_miss: 0.003,
  dropped_item: 0.002,
  empty: 0.002,
};

/** 5 % of the calls fail, 5 % break, 2 % of the replies are malformed. */
export const weather = { ...failures, reset: 0.05, ...malformed };
export const fairWeather = Object.fromEntries(Object.keys(weather).map((name) => [name, 0]));

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
      const drawn = (among: object) =>
        sum(({ faults }) =>
          Object.entries(faults).reduce((total, [name, count]) => (name in among ? total + count : total), 0),
        );
      return {
        requests: sum(({ requests }) => requests),
        answered: sum(({ ok }) => ok),
        inFlight: sum(({ in_flight }) => in_flight),
        throttled: sum(({ throttled, faults }) => throttled + faults['429']),
        answeredAgain: sum(({ repeated }) => repeated.answered),
        abortedAgain: sum(({ repeated }) => repeated.aborted),
        failed: drawn(failures),
        reset: sum(({ faults }) => faults.reset),
        malformed: drawn(malformed),
      };
    },
  };
}

export type Endpoint = ReturnType<typeof endpointAt>;
