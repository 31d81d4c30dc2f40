import type { Case } from './cases.ts';
import type { Addresses } from './simulation.ts';
import type { Work } from './work.ts';

/** What one run came to. */
export interface Outcome {
  /** Rows with their own label. */
  readonly right: number;
  readonly tookMs: number;
  readonly cpuMs: number;
  /** When each job had all its answers, or gave up. */
  readonly jobsMs: readonly number[];
  /** Of rows that were lost, one sentence for each kind. */
  readonly complaints: readonly string[];
}

/** Somebody who can answer the rows of a case. */
export interface Candidate {
  readonly name: string;
  /** Starts what is needed, so that `run` measures work only; may ask no endpoint. */
  prepare(situation: Case, work: Work, addresses: Addresses, stopAfterS: number): Promise<Prepared>;
}

export interface Prepared {
  run(): Promise<Outcome>;
  stop(): Promise<void>;
}
