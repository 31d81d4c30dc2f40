import type { Mood } from './backend.ts';
import type { Figures } from './cases.ts';
import { type Chance, world } from './world.ts';

export interface Outage {
  readonly mood: Mood;
  readonly endpoints: number;
  /** Asked for at the moment it begins, after a minute of other work. */
  readonly rows: number;
  readonly outageS: number;
}

/** A job of a few rows meets a time in which no endpoint answers. `endedS`: seconds since its end. */
export async function fewRows(
  { mood, endpoints, rows: count, outageS }: Outage,
  chance: Chance,
): Promise<Figures> {
  const parties = Array.from({ length: endpoints }, () => ({ backend: { rpm: 6_000, headers: true } }));
  const { backends, clock, close, work } = world(parties, chance);
  work({ outstanding: 5, count: 400 });
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

/** Four endpoints with a quota each; one of them is as `mood` says from the start. Seconds until all rows are answered. */
export async function coldDead(mood: Mood, chance: Chance): Promise<Figures> {
  const parties = Array.from({ length: 4 }, () => ({ backend: { tpm: 600_000, headers: true } }));
  const { backends, clock, close, work } = world(parties, chance);
  backends[0]!.mood = mood;
  const rows = work({ outstanding: 400, count: 800 });
  await clock.run(200_000);
  await close();
  return {
    lost: rows.lost,
    done: rows.done,
    tookS: rows.endedMs / 1_000,
    toDead: backends[0]!.sum('sent', 0, 200),
  };
}

/** One endpoint that fails a part of its calls at random, asked without pause. Calls a second. */
export async function failingInPart(part: number, chance: Chance): Promise<Figures> {
  const party = { backend: { tpm: 6_000_000, headers: true } };
  const { backends, clock, close, work } = world([party], chance);
  const backend = backends[0]!;
  backend.fails = part;
  const rows = work({ outstanding: 400 });
  await clock.run(120_000);
  await close();
  const rate = (what: 'sent' | 'answered') => backend.sum(what, 30, 120) / 90;
  return { sent: rate('sent'), answered: rate('answered'), lost: rows.lost };
}
