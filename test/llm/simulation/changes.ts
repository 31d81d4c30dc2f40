import type { Figures } from './cases.ts';
import { type Chance, type Party, world } from './world.ts';

const tpm = 2_400_000;

/** Seconds from `changeS` until `holds` is true of that second and the two after it; Infinity: not before `endS`. */
function secondsUntil(changeS: number, endS: number, holds: (second: number) => boolean): number {
  for (let s = changeS; s + 3 <= endS; s++) if (holds(s)) return s - changeS;
  return Number.POSITIVE_INFINITY;
}

/** The quota halves after a minute and returns after two. */
export async function halvedAndBack(party: Party, chance: Chance): Promise<Figures> {
  const { backends, clock, close, work } = world([party], chance);
  const backend = backends[0]!;
  work({ outstanding: 400 });
  const setTo = (part: number) => {
    if (backend.tokens !== null) backend.tokens.perMinute = part * (party.backend.tpm ?? 0);
    if (backend.requests !== null) backend.requests.perMinute = part * (party.backend.rpm ?? 0);
  };
  await clock.run(60_000);
  setTo(0.5);
  await clock.run(120_000);
  const quietS = secondsUntil(60, 120, (s) => backend.refusedPart(s, s + 3) < 0.01);
  setTo(1);
  await clock.run(200_000);
  const restoredS = secondsUntil(120, 200, (s) => backend.share(s, s + 3) >= 0.95);
  await close();
  return { quietS, restoredS };
}

/** Eight endpoints whose quotas are as 1:2:4:8, twice. */
export async function unequal(headers: boolean, chance: Chance): Promise<Figures> {
  const sizes = [1, 2, 4, 8, 1, 2, 4, 8].map((size) => size * 300_000);
  const parties = sizes.map((size) => ({ backend: { tpm: size, headers }, config: { tpm: size } }));
  const { backends, clock, close, work } = world(parties, chance);
  work({ outstanding: 600 });
  await clock.run(180_000);
  await close();
  const used = backends.map((backend) => backend.sum('tokens', 30, 180));
  const all = used.reduce((a, b) => a + b);
  const quota = sizes.reduce((a, b) => a + b);
  const off = used.map((part, i) => Math.abs((part / all) * (quota / sizes[i]!) - 1));
  return { share: all / (quota * 2.5), mostOff: Math.max(...off) };
}

/** 800 rows to endpoints that nobody knows yet, of so many rows a second each, 40 together; a row costs 1,090 tokens. */
export async function coldStart(
  rates: readonly number[],
  headers: boolean,
  chance: Chance,
): Promise<Figures> {
  const parties = rates.map((rate) => ({
    backend: { tpm: rate * 60 * 1_090, headers, retryAfter: true, latencyMs: 200 },
  }));
  const { backends, clock, close, work } = world(parties, chance);
  const rows = work({ outstanding: 400, count: 800 });
  await clock.run(60_000);
  await close();
  const sum = (what: 'sent' | 'refused') =>
    backends.reduce((total, backend) => total + backend.sum(what, 0, 60), 0);
  return { tookS: rows.endedMs / 1_000, refused: sum('refused') / sum('sent'), lost: rows.lost };
}

/** One of four equal endpoints is out from the first minute to the third. */
export async function oneDead(
  mood: 'black hole' | 'reset' | '500' | 'slow',
  chance: Chance,
): Promise<Figures> {
  const parties = Array.from({ length: 4 }, () => ({
    backend: { tpm: tpm / 4, headers: true },
    config: { tpm: tpm / 4 },
  }));
  const { backends, clock, close, engines, work } = world(parties, chance);
  const dead = backends[0]!;
  const rows = work({ outstanding: 200 });
  await clock.run(60_000);
  const permits = engines[0]!.view()[0]!.concurrencyLimit;
  dead.mood = mood;
  await clock.run(180_000);
  const answered = (from: number, to: number) =>
    backends.reduce((sum, backend) => sum + backend.sum('answered', from, to), 0);
  const calls = dead.sum('sent', 60, 180);
  // By now every call of before has timed out.
  const asked = dead.seconds.flatMap(({ sent }, second) =>
    second >= 75 && sent > 0 ? [{ second, sent }] : [],
  );
  const gaps = asked.map(({ second, sent }, i) => (sent > 1 ? 0 : second - (asked[i - 1]?.second ?? -30)));
  dead.mood = 'up';
  await clock.run(300_000);
  const backS = secondsUntil(180, 300, (s) => dead.sum('answered', s, s + 3) > 0);
  await close();
  return {
    kept: answered(90, 180) / 90 / (answered(30, 60) / 30),
    callsBeyondPermits: calls - permits,
    probeGapS: Math.min(...gaps),
    backS,
    lost: rows.lost,
  };
}

/** Nothing answers for a minute; `rows` in all. */
export async function outage(mood: 'reset' | '500' | 'black hole', chance: Chance): Promise<Figures> {
  const parties = Array.from({ length: 2 }, () => ({ backend: { tpm: tpm / 2, headers: true } }));
  const { backends, clock, close, work } = world(parties, chance);
  const count = 8_000;
  const rows = work({ outstanding: 200, count });
  await clock.run(60_000);
  for (const backend of backends) backend.mood = mood;
  await clock.run(120_000);
  for (const backend of backends) backend.mood = 'up';
  await clock.run(600_000);
  await close();
  const sum = (what: 'sent' | 'answered', from: number, to: number) =>
    backends.reduce((total, backend) => total + backend.sum(what, from, to), 0);
  const rate = sum('answered', 30, 60) / 30;
  return {
    lost: rows.lost,
    done: rows.done,
    callsPerRow: sum('sent', 0, 600) / count,
    callsDuring: sum('sent', 60, 120),
    fullAfterS: secondsUntil(120, 200, (s) => sum('answered', s, s + 3) / 3 >= 0.95 * rate),
  };
}
