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

/** A job with what is known of it beyond its own figures. */
export interface JobView extends JobFigures {
  /** What binds an active job; null for any other. */
  readonly boundBy: string | null;
  /** Since its last exchange came or went. */
  readonly idleMs: number;
  /** Of its cost; null where its models have no price, or prices in several. */
  readonly currency: string | null;
}
