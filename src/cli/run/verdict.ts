import { imbalance, type Ledger } from '../../base/ledger.ts';
import { plural } from '../../base/plural.ts';
import { type ExitCode, exitCodes } from '../exitCodes.ts';

export interface Expected {
  /** Rows that were read. */
  readonly rows: number;
  readonly classifiers: number;
  /** Part of the questions that may end neither ok nor skipped. */
  readonly allowFailed: number;
}

/** How a finished run ends, from its ledger; `words` where it is not well. */
export function verdict(
  ledger: Readonly<Ledger>,
  { rows, classifiers, allowFailed }: Expected,
): { readonly code: ExitCode; readonly words: string | null } {
  const off = imbalance(ledger);
  if (ledger.rows !== rows || ledger.questions !== rows * classifiers || off !== 0) {
    return {
      code: exitCodes.unbalanced,
      words: `The ledger does not balance: ${rows} rows x ${classifiers} classifiers were read, ${ledger.rows} rows with ${ledger.questions} questions were answered, ${off} questions without a state. Do not use this output.`,
    };
  }
  if (ledger.over_budget > 0) {
    return {
      code: exitCodes.budget,
      words: `The budget was reached: ${plural(ledger.over_budget, 'question')} not asked. Run the same command with a larger limit.`,
    };
  }
  const bad = ledger.questions - ledger.ok - ledger.skipped;
  if (bad > allowFailed * ledger.questions) {
    return {
      code: exitCodes.notGoodEnough,
      words: `${plural(bad, 'question')} of ${ledger.questions} ended neither ok nor skipped, more than --allow-failed ${allowFailed} lets pass; the columns status and error_code say why.`,
    };
  }
  return { code: exitCodes.done, words: null };
}
