import type { Mood } from './backend.ts';
import type { Figures } from './cases.ts';
import { type Chance, world } from './world.ts';

export interface Outage {
  readonly mood: Mood;
  readonly endpoints: number;
  /** Asked for when the outage begins, after a minute of other work, or `cold`: before anything was. */
  readonly rows: number;
  readonly cold?: boolean;
  readonly outageS?: number;
}

/** A few rows meet a time in which no endpoint answers. Times in seconds since its end. */
export async function fewRows(
  { mood, endpoints, rows: count, cold = false, outageS = 60 }: Outage,
  chance: Chance,
): Promise<Figures> {
  const parties = Array.from({ length: endpoints }, () => ({ backend: { rpm: 6_000, headers: true } }));
  const { backends, clock, close, work } = world(parties, chance);
  if (!cold) work({ outstanding: 5, count: 400 });
  await clock.run(60_000);
  for (const backend of backends) backend.mood = mood;
  const rows = work({ outstanding: count, count });
  await clock.run((60 + outageS) * 1_000);
  for (const backend of backends) backend.mood = 'up';
  await clock.run(900_000);
  await close();
  const calls = backends.reduce((total, backend) => total + backend.sum('sent', 60, 900), 0);
  return { lost: rows.lost, done: rows.done, calls, endedS: rows.endedMs / 1_000 - 60 - outageS };
}
