import type { Ledger } from '../base/ledger.ts';
import { constraintOf, type Situation } from './constraint.ts';
import type { JobState } from './exchange.ts';

/** What a job's line is made of. */
export interface JobFigures {
  readonly id: string;
  readonly state: JobState;
  readonly ledger: Readonly<Ledger>;
  readonly rowsPerSecond: number;
}

const count = (value: number) => Math.round(value).toLocaleString('en');

/** One readable line: how fast the job goes and what holds it back. */
export function summaryOf({ id, state, ledger, rowsPerSecond }: JobFigures, situation: Situation): string {
  const done = `${count(ledger.rows)} rows answered, ${count(ledger.ok)} of ${count(ledger.questions)} questions ok`;
  if (state !== 'ACTIVE') return `job ${id}: ${state.toLowerCase()}, ${done}`;
  return `job ${id}: ${count(rowsPerSecond)} rows/s, bound by ${constraintOf(situation)}; ${done}`;
}
