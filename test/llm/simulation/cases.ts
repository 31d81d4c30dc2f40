import { type Chance, type Party, percentile, world } from './world.ts';

/** What a case comes to: parts are of 1, times in seconds. */
export type Figures = Readonly<Record<string, number>>;

/** The first minute is for finding out. */
const [fromS, toS] = [60, 300];
/** About 97 and 60 calls a second. */
const tpm = 6_000_000;
const rpm = 3_600;

/** One endpoint asked without pause for five minutes: how much of what binds is used, and what is refused on the way. */
export async function saturated(party: Party, chance: Chance): Promise<Figures> {
  const { backends, clock, close, work } = world([party], chance);
  const rows = work({ outstanding: 600 });
  await clock.run(toS * 1_000);
  await close();
  const backend = backends[0]!;
  return {
    share: backend.share(fromS, toS),
    refused: backend.refusedPart(fromS, toS),
    lost: rows.lost,
    p95S: percentile(rows.latenciesMs, 0.95) / 1_000,
  };
}

/** What providers count and how; tokens come back only where the window is not a span of seconds (as with Azure). */
export const quotas: Readonly<Record<string, Party>> = {
  'tokens, continuous': { backend: { tpm, window: 'continuous', refund: true } },
  'tokens, reserved for good': { backend: { tpm, window: 'continuous' } },
  'tokens, fixed minute': { backend: { tpm, window: 'minute', refund: true } },
  'tokens, 10 s': { backend: { tpm, window: '10s' } },
  'tokens, 1 s': { backend: { tpm, window: '1s' } },
  'requests, continuous': { backend: { rpm, window: 'continuous' } },
  'requests, fixed minute': { backend: { rpm, window: 'minute' } },
  'requests, 10 s': { backend: { rpm, window: '10s' } },
  'requests, 1 s': { backend: { rpm, window: '1s' } },
};

export const withHeaders = ({ backend }: Party): Party => ({ backend: { ...backend, headers: true } });

/** The quota stands in the configuration, and no header tells it. */
export const configured = ({ backend }: Party): Party => ({
  backend,
  config: { tpm: backend.tpm ?? null, rpm: backend.rpm ?? null },
});
