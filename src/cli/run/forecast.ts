import type { Ledger } from '../../base/ledger.ts';
import type { Scope } from '../../base/scope.ts';
import type { InputBatch } from '../../files/read/batches.ts';
import type { Spending } from '../estimate/estimate.ts';
import { sumOf, type Tally } from '../estimate/promptTally.ts';
import type { Labeller } from './labeller.ts';

/** What is estimated for the rows that are shown, and for all. */
export interface Forecast {
  readonly shown: Tally;
  readonly all: Tally;
}

/** Estimates as `semtel estimate` does, before anything is asked; null where only a server can tell. */
export async function forecastOf(
  read: () => AsyncGenerator<InputBatch>,
  rows: number,
  combine: boolean,
  { tally }: Labeller,
  scope: Scope,
): Promise<Forecast | null> {
  if (tally === null) return null;
  const tallyOf = async (batches: AsyncIterable<InputBatch>, count: number) => {
    const { alone, combined } = await tally(batches, count, scope);
    return combine ? combined : sumOf('', alone);
  };
  const batches = read();
  const { value: first } = (await batches.next()) as { value: InputBatch };
  await batches.return(undefined);
  return { shown: await tallyOf(only(first), first.rows), all: await tallyOf(read(), rows) };
}

async function* only(batch: InputBatch): AsyncGenerator<InputBatch> {
  yield batch;
}

/**
 * What the rest will take: as estimated, corrected by what the rows shown took of their estimate. Without a forecast the
 * rest is taken to be like the rows shown.
 */
export function restOf(
  ledger: Readonly<Ledger>,
  rest: number,
  forecast: Forecast | null,
): Omit<Spending, 'currency'> {
  const took = {
    calls: ledger.calls,
    promptTokens: ledger.prompt_tokens,
    completionTokens: ledger.completion_tokens,
    cost: ledger.cost,
  };
  const of = (unit: keyof typeof took): number => {
    if (forecast === null) return ledger.rows === 0 ? 0 : (took[unit] * rest) / ledger.rows;
    const shown = forecast.shown[unit] ?? 0;
    return ((forecast.all[unit] ?? 0) - shown) * (shown > 0 ? took[unit] / shown : 1);
  };
  const isPriced = forecast === null ? ledger.cost > 0 : forecast.all.cost !== null;
  return {
    calls: Math.round(of('calls')),
    promptTokens: Math.round(of('promptTokens')),
    completionTokens: Math.round(of('completionTokens')),
    cost: isPriced ? of('cost') : null,
  };
}
