import type { Ledger } from '../base/ledger.ts';

export type JobState = 'ACTIVE' | 'IDLE' | 'CANCELLED' | 'REJECTED';

/** How far a job is, and how fast. */
export interface JobFigures {
  readonly id: string;
  readonly state: JobState;
  readonly ledger: Readonly<Ledger>;
  readonly rowsPerSecond: number;
  /** Rows of batches that are not answered yet. */
  readonly rowsWaiting: number;
  /** Why the job was rejected; null in any other state. */
  readonly rejection: string | null;
}

/** A job with what holds it back. */
export interface JobView extends JobFigures {
  /** What binds an active job; null for any other. */
  readonly boundBy: string | null;
}
