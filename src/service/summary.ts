import { statuses } from '../base/answer.ts';
import type { JobView } from './jobView.ts';

const count = (value: number) => Math.round(value).toLocaleString('en');

/** What became of the questions of all batches that were answered, and how many rows are still open. */
function progressOf({ ledger, rowsWaiting }: JobView): string {
  const not = statuses.filter((status) => status !== 'ok' && ledger[status] > 0);
  return [
    `${count(ledger.rows)} rows answered`,
    `${count(ledger.ok)} of ${count(ledger.questions)} questions ok`,
    ...not.map((status) => `${count(ledger[status])} ${status.replace('_', ' ')}`),
    ...(rowsWaiting > 0 ? [`${count(rowsWaiting)} rows under way`] : []),
  ].join(', ');
}

/** One readable line: how fast the job goes, what holds it back, and how far it is. */
export function summaryOf(job: JobView): string {
  const { id, state, rowsPerSecond, boundBy, rejection } = job;
  const now =
    boundBy !== null
      ? `${count(rowsPerSecond)} rows/s, bound by ${boundBy}`
      : `${state.toLowerCase()}${rejection === null ? '' : ` (${rejection})`}`;
  return `job ${id}: ${now}; ${progressOf(job)}`;
}
