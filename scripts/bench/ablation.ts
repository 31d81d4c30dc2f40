/**
 * What each mechanism of the engine is worth: the figures of the simulation with it and without it, as a table.
 * Takes about a minute.
 */
import type { Tuning } from '../../src/llm/config.ts';
import { type Figures, quotas, saturated } from '../../test/llm/simulation/cases.ts';
import { coldStart, halvedAndBack, oneDead, outage } from '../../test/llm/simulation/changes.ts';
import { latecomer, shortJob, unpaced } from '../../test/llm/simulation/concurrency.ts';
import { failingInPart, fewRows } from '../../test/llm/simulation/outages.ts';

const never = Number.POSITIVE_INFINITY;

const without: Readonly<Record<string, Partial<Tuning>>> = {
  'as it is': {},
  'no cut of headroom': { headroomCut: 0, headroomFloor: 1 },
  'no call ahead': { scoutEveryMs: 0 },
  'no rate between refusals': { ranInMostMs: 0 },
  'no learned limit': { learnedForget: 0 },
  'no longer pauses': { pauseGuessMaxMs: 10 },
  'no concurrency cut': { concurrencyCut: 1 },
  'latency is no signal': { queueLatency: never },
  'empty queue measured once': { lookRounds: never },
  'start from 20, at once': { firstConcurrency: 20, startConcurrency: 20 },
  'no ejection': { ejectAfter: never },
  'no retry budget': { retriesPerS: 1e9 },
  'back-off as AWS, up to 20 s': { backoffFactor: 2, backoffMaxMs: 20_000 },
  'no gap between calls that all fail': { outageProbeMs: 0 },
};

const shown = (figures: Figures) =>
  Object.entries(figures)
    .map(([name, value]) => `${name} ${Math.round(value * 1_000) / 1_000}`)
    .join(', ');

for (const [name, tuning] of Object.entries(without)) {
  const chance = { seed: 1, tuning };
  console.log(`\n${name}`);
  for (const quota of ['tokens, 1 s', 'requests, continuous', 'requests, fixed minute']) {
    console.log(`  ${quota}, untold: ${shown(await saturated(quotas[quota]!, chance))}`);
  }
  const told = { backend: { tpm: 6_000_000, window: '1s', headers: true } } as const;
  console.log(`  quota halved and back: ${shown(await halvedAndBack(told, chance))}`);
  const untold = { backend: { tpm: 6_000_000 } };
  console.log(`  the same, untold: ${shown(await halvedAndBack(untold, chance))}`);
  for (const headers of [true, false]) {
    console.log(
      `  cold start, headers ${headers}: ${shown(await coldStart([10, 10, 10, 10], headers, chance))}`,
    );
  }
  console.log(`  one of four dead: ${shown(await oneDead('500', chance))}`);
  console.log(`  a minute of outage: ${shown(await outage('reset', chance))}`);
  const small = { mood: '500', endpoints: 1, rows: 20, outageS: 60 } as const;
  console.log(`  a minute of outage, 20 rows: ${shown(await fewRows(small, chance))}`);
  console.log(`  an endpoint that fails 60 %: ${shown(await failingInPart(0.6, chance))}`);
  const slots = { party: { backend: { slots: 64, latencyMs: 1_600 } }, untilS: 300 };
  console.log(`  64 slots: ${shown(await unpaced(slots, chance))}`);
  console.log(`  64 slots, a short job: ${shown(await shortJob(chance))}`);
  console.log(`  64 slots, a small job that comes late: ${shown(await latecomer(64, 2_000, chance))}`);
  const slow = { party: { backend: { slots: 4, latencyMs: 10_000 } }, untilS: 1_200, outstanding: 200 };
  console.log(`  4 slow slots: ${shown(await unpaced(slow, chance))}`);
}
