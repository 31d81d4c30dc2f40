import type { ControlChange } from '../../../src/simulate/control.ts';
import type { EndpointStats } from '../../../src/simulate/stats.ts';
import { startMeasured, untilAnswers } from '../measured.ts';
import { alive, answerable, type Case, type CaseEndpoint } from './cases.ts';
import { type ChangeTimes, changeTimes, type Total, totalOf } from './changeTimes.ts';
import type { Work } from './work.ts';

/** Where endpoints are, known before they are. */
export interface Addresses {
  readonly port: number;
  /** Nothing listens there. */
  readonly closedPort: number;
}

export const originOf = ({ port }: Addresses): string => `http://127.0.0.1:${port}`;

/** Base URL of an endpoint, at the simulator or at another origin that stands before it. */
export const urlOf = (
  { name, dead }: CaseEndpoint,
  addresses: Addresses,
  origin = originOf(addresses),
): string => (dead === 'refused' ? `http://127.0.0.1:${addresses.closedPort}/v1` : `${origin}/${name}/v1`);

/** What the endpoints saw during one run. */
export interface Seen {
  /** Of what the quota (or the slots) offered while there was work; at most 1. */
  readonly used: number;
  /** Largest distance of an endpoint from its part of the answers, as a part of that. */
  readonly unevenness: number;
  readonly requests: number;
  readonly throttled: number;
  /** Null when nobody is there to count them. */
  readonly toDead: number | null;
  /** Null where the case does not follow its changes. */
  readonly changeTimes: ChangeTimes | null;
}

/** A simulator in a process of its own, freshly started: its fixed minutes begin with it. */
export interface Simulation {
  /** Starts what the case changes over time. */
  begin(): void;
  /** Ends the changes and tells what was seen since `begin`. */
  end(): Promise<Seen>;
  stop(): Promise<void>;
}

type AllStats = { readonly endpoints: Readonly<Record<string, EndpointStats>> };

interface Sample {
  readonly atS: number;
  readonly stats: AllStats['endpoints'];
}

export async function startSimulation(
  situation: Case,
  work: Work,
  addresses: Addresses,
  seed: number,
): Promise<Simulation> {
  const origin = originOf(addresses);
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${origin}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  };
  const initial = { seed, answers: 'marked', latency_ms: 200 };
  const args = ['simulate', '--port', String(addresses.port), '--control', JSON.stringify(initial)];
  const process = startMeasured('src/cli/main.ts', args);
  await untilAnswers(`${origin}/semtel/stats`);
  const perRow = work.tokensPerRow;
  const quotaOf = ({ rowsPerSecond, control }: CaseEndpoint, part: number): ControlChange =>
    control?.slots === undefined ? { tpm: Math.round(part * rowsPerSecond * perRow * 60) } : {};
  for (const endpoint of situation.endpoints) {
    await post('/semtel/control', {
      endpoint: endpoint.name,
      ...endpoint.control,
      ...quotaOf(endpoint, 1),
    });
  }

  let startedMs = 0;
  let first: Sample | undefined;
  let last: Sample | undefined;
  const timers: NodeJS.Timeout[] = [];
  const totals: Total[] = [];
  const failed = (error: unknown) => console.error(error);

  async function sample(): Promise<Sample> {
    const response = await fetch(`${origin}/semtel/stats`);
    return {
      atS: (performance.now() - startedMs) / 1000,
      stats: ((await response.json()) as AllStats).endpoints,
    };
  }
  async function change(quota: number, control: ControlChange = {}): Promise<void> {
    for (const endpoint of situation.endpoints.filter(alive)) {
      const limit = quota === 0 ? {} : quotaOf(endpoint, quota);
      await post('/semtel/control', { endpoint: endpoint.name, ...limit, ...control });
    }
  }

  return {
    begin() {
      startedMs = performance.now();
      const at = (seconds: number, act: () => Promise<void>) =>
        timers.push(setTimeout(() => act().catch(failed), seconds * 1000));
      // Neither the first moments count, when nobody knows the endpoint, nor the last, when work runs out.
      const wholeS = situation.idealS + (situation.outageS ?? 0);
      at(0.1 * wholeS, async () => {
        first = await sample();
      });
      at(0.79 * wholeS, async () => {
        last = await sample();
      });
      for (const { atS, quota, control } of situation.changes ?? []) at(atS, () => change(quota, control));
      if (situation.followed !== true) return;
      const each = async () => {
        const { atS, stats } = await sample();
        totals.push(totalOf(atS, stats[situation.endpoints[0]!.name]!));
      };
      timers.push(setInterval(() => each().catch(failed), 1_000));
    },
    async end() {
      for (const timer of timers) clearTimeout(timer);
      const final = await sample();
      const seen = seenBetween(situation, perRow, first, last ?? final, final);
      const [fall, back] = situation.changes ?? [];
      if (situation.followed !== true || fall === undefined || back === undefined) return seen;
      const tokensPerS = situation.endpoints[0]!.rowsPerSecond * perRow;
      return { ...seen, changeTimes: changeTimes(totals, fall.atS, back.atS, tokensPerS) };
    },
    stop: () => process.stop(),
  };
}

function seenBetween(
  situation: Case,
  perRow: number,
  first: Sample | undefined,
  last: Sample,
  final: Sample,
): Seen {
  const living = situation.endpoints.filter(alive);
  const rows = (at: Sample | undefined, { name, control }: CaseEndpoint): number => {
    const stats = at?.stats[name];
    if (stats === undefined) return 0;
    return control?.slots === undefined ? stats.reserved_tokens / perRow : stats.ok;
  };
  const answered = living.map((endpoint) => rows(last, endpoint) - rows(first, endpoint));
  const total = answered.reduce((sum, each) => sum + each, 0);
  const offered = answerable(situation, first?.atS ?? 0, last.atS);
  const rates = living.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0);
  const uneven = living.map(({ rowsPerSecond }, index) =>
    Math.abs(answered[index]! / total / (rowsPerSecond / rates) - 1),
  );
  const sum = (of: (stats: EndpointStats) => number) =>
    situation.endpoints.reduce((all, { name }) => all + of(final.stats[name]!), 0);
  const dead = situation.endpoints.find((endpoint) => !alive(endpoint));
  return {
    used: Math.min(1, total / offered),
    unevenness: Math.max(...uneven),
    requests: sum(({ requests }) => requests),
    throttled: sum(({ throttled }) => throttled),
    toDead: dead?.dead === 'fault' ? final.stats[dead.name]!.requests : null,
    changeTimes: null,
  };
}
