import type { Figures } from './cases.ts';
import { type Chance, type Party, percentile, world } from './world.ts';

export interface Scenario {
  readonly party: Party;
  readonly untilS: number;
  /** What the figures are about begins here. */
  readonly fromS?: number;
  readonly outstanding?: number;
  /** The latency is `times` its own in between. */
  readonly step?: { readonly fromS: number; readonly toS: number; readonly times: number };
  /** Part of calls that are never answered. */
  readonly hangs?: number;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** One endpoint that tells no quota, asked without pause. Rates are a second, `inflight` is what it is asked at once. */
export async function unpaced(scenario: Scenario, chance: Chance): Promise<Figures> {
  const { party, untilS, fromS = 60, outstanding = 600, step, hangs = 0 } = scenario;
  const { backends, clock, close, engines, work } = world([party], chance);
  const backend = backends[0]!;
  const ownMs = backend.latencyMs;
  backend.hangs = hangs;
  const rows = work({ outstanding });
  const inflight: number[] = [];
  for (let second = 1; second <= untilS; second++) {
    if (step !== undefined) {
      backend.latencyMs = ownMs * (second > step.fromS && second <= step.toS ? step.times : 1);
    }
    await clock.run(second * 1_000);
    inflight.push(engines[0]!.view()[0]!.inflight);
  }
  await close();
  const rate = (from: number, to: number) => backend.sum('answered', from, to) / (to - from);
  return {
    share: backend.share(fromS, untilS),
    rate: rate(fromS, untilS),
    refused: backend.refusedPart(fromS, untilS),
    inflight: mean(inflight.slice(fromS)),
    mostInflight: Math.max(...inflight),
    lost: rows.lost,
    p95S: percentile(rows.latenciesMs, 0.95) / 1_000,
    ...(step === undefined
      ? {}
      : {
          during: rate(step.fromS + 10, step.toS) / rate(step.fromS - 30, step.fromS),
          after: rate(step.toS + 10, step.toS + 40) / rate(step.fromS - 30, step.fromS),
        }),
  };
}

/** A job of about 20 s on 64 slots, from the first call on; the first tenth is the search's, the last fifth the tail's. */
export async function shortJob(chance: Chance): Promise<Figures> {
  const { backends, clock, close, work } = world([{ backend: { slots: 64, latencyMs: 1_600 } }], chance);
  const rows = work({ outstanding: 765, count: 765 });
  await clock.run(60_000);
  await close();
  const backend = backends[0]!;
  return { share: backend.share(2, 16), refused: backend.refusedPart(0, 60), lost: rows.lost };
}

/**
 * A job of 64 rows that comes while one of thousands has filled the endpoint: how long it takes against its fair time,
 * which is half of the slots from the first moment on and the latency of the last call.
 */
export async function latecomer(slots: number, latencyMs: number, chance: Chance): Promise<Figures> {
  const { clock, close, work } = world([{ backend: { slots, latencyMs } }], chance);
  work({ outstanding: 3_000, jobId: 'large' });
  const [bornMs, count] = [200_000, 64];
  await clock.run(bornMs);
  const rows = work({ outstanding: count, count, jobId: 'small' });
  await clock.run(bornMs + 400_000);
  await close();
  const fairMs = ((2 * count) / slots + 1) * latencyMs;
  return { times: (rows.endedMs - bornMs) / fairMs, lost: rows.lost, done: rows.done };
}
