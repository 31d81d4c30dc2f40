import { countStatuses } from '../../arrow/countStatuses.ts';
import { statuses } from '../../base/answer.ts';
import { SemtelError } from '../../base/error.ts';
import { imbalance } from '../../base/ledger.ts';
import type { Labelled } from './labeller.ts';

/**
 * Makes sure that an answer is that of the rows sent: as many rows in it, in what is said of it and in its ledger, every
 * question in one state, and as many answers in each state as the ledger says. Throws `unbalanced`.
 */
export function checkAnswer(sent: number, answer: Labelled, classifiers: readonly string[]): void {
  const { ipc, ledger } = answer;
  const found = countStatuses(ipc, classifiers);
  for (const rows of [answer.rows, found.rows, ledger.rows])
    if (rows !== sent) throw unbalanced(`${sent} rows were sent and ${rows} came back`);
  const questions = sent * classifiers.length;
  if (ledger.questions !== questions || imbalance(ledger) !== 0)
    throw unbalanced(
      `${ledger.questions} questions were counted where ${sent} rows x ${classifiers.length} classifiers were asked, ${imbalance(ledger)} of them without a state`,
    );
  for (const status of statuses) {
    const counted = found.statuses.get(status) ?? 0;
    if (ledger[status] !== counted)
      throw unbalanced(`${ledger[status]} answers are counted as ${status}, and ${counted} are`);
  }
}

function unbalanced(words: string): SemtelError {
  return new SemtelError('unbalanced', `The ledger of a batch does not balance: ${words}.`);
}
