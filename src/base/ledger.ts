import { type Status, statuses } from './answer.ts';

/** What became of every question: rows x classifiers = the sum of the seven states. */
export interface Ledger {
  rows: number;
  questions: number;
  ok: number;
  invalid: number;
  refused: number;
  failed: number;
  skipped: number;
  over_budget: number;
  cancelled: number;
  /** Of ok: answered from the store. */
  stored: number;
  /** Of ok: answered by another row's call. */
  shared: number;
  calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  /** In the price's currency; 0 where no price is configured. */
  cost: number;
  /** Of `prompt_tokens`: read from the provider's prompt cache, as far as it tells. */
  cached_tokens: number;
}

export function emptyLedger(): Ledger {
  return {
    rows: 0,
    questions: 0,
    ok: 0,
    invalid: 0,
    refused: 0,
    failed: 0,
    skipped: 0,
    over_budget: 0,
    cancelled: 0,
    stored: 0,
    shared: 0,
    calls: 0,
    prompt_tokens: 0,
    completion_tokens: 0,
    cost: 0,
    cached_tokens: 0,
  };
}

/** Adds `part` to `total` in place. */
export function addLedger(total: Ledger, part: Readonly<Ledger>): void {
  for (const name of Object.keys(total) as (keyof Ledger)[]) total[name] += part[name];
}

/** Questions minus the sum of the states: 0 when nothing was lost or doubled. */
export function imbalance(ledger: Readonly<Ledger>): number {
  return ledger.questions - statuses.reduce((sum, status: Status) => sum + ledger[status], 0);
}

/** True where all that was asked was in the store. */
export function isStored({ stored, skipped, questions }: Readonly<Ledger>): boolean {
  return stored > 0 && stored + skipped === questions;
}
