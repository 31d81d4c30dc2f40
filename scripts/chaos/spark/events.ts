import { setTimeout as sleep } from 'node:timers/promises';
import { saveEveryAnswers } from '../../../src/store/kept.ts';
import type { Endpoint, Seen } from './endpoint.ts';
import { killExecutor } from './executors.ts';
import type { RestartedServer } from './server.ts';

/** Something that goes wrong. */
export interface Event {
  readonly name: string;
  /** Answers that may have been given and not been saved when it comes. */
  readonly unsaved: number;
  /** Makes it happen; resolves when it is over, with what went otherwise than it should. */
  run(): Promise<string | undefined>;
}

/** An event that is over. */
export interface Happened {
  readonly event: Event;
  /** What the endpoints had seen when it began. */
  readonly before: Seen;
  readonly seconds: number;
  readonly complaint: string | undefined;
}

/** Of each endpoint, in requests a minute: never met. */
export const wideQuota = 6_000_000;
/** Met at once, and half of what it leaves is refused by chance, so that no pacing spares the 429. */
const storm = { rpm: 1_200, faults: { '429': 0.5 } };
const stormOver = { rpm: wideQuota, faults: { '429': 0 } };
const stormMs = 6_000;

/** Three clean restarts, three times `kill -9`, an executor killed, two storms of 429. */
export function eventsOf(server: RestartedServer, endpoint: Endpoint, job: number): readonly Event[] {
  const restart: Event = {
    name: 'clean restart',
    unsaved: 0,
    async run() {
      const code = await server.restart();
      return code === 0 ? undefined : `the server ended with code ${code}`;
    },
  };
  const kill: Event = {
    name: 'kill -9 of the server',
    unsaved: saveEveryAnswers,
    async run() {
      await server.kill();
      return undefined;
    },
  };
  const executor: Event = {
    name: 'kill -9 of an executor',
    unsaved: 0,
    run: async () => (killExecutor(job) ? undefined : 'there was no executor'),
  };
  const refusals: Event = {
    name: 'storm of 429',
    unsaved: 0,
    async run() {
      const { throttled } = await endpoint.seen();
      await endpoint.control(storm);
      await sleep(stormMs);
      await endpoint.control(stormOver);
      const refused = (await endpoint.seen()).throttled - throttled;
      return refused > 10 ? undefined : `only ${refused} calls were refused`;
    },
  };
  return [restart, kill, refusals, restart, kill, executor, refusals, restart, kill];
}

/**
 * Lets the events happen one after the other, evenly over the first `rows` answers. Those that `over` comes before
 * do not happen.
 */
export async function happening(
  events: readonly Event[],
  endpoint: Endpoint,
  rows: number,
  over: Promise<unknown>,
): Promise<readonly Happened[]> {
  const happened: Happened[] = [];
  let ended = false;
  void over.finally(() => {
    ended = true;
  });
  for (const [index, event] of events.entries()) {
    const from = (rows * (index + 1)) / (events.length + 1);
    let before = await endpoint.seen();
    while (before.answered < from && !ended) {
      await sleep(50);
      before = await endpoint.seen();
    }
    if (ended) break;
    const startedMs = performance.now();
    const complaint = await event.run();
    happened.push({ event, before, complaint, seconds: (performance.now() - startedMs) / 1000 });
  }
  return happened;
}
