import type { Answer, Source, Status } from '../base/answer.ts';
import type { Ledger } from '../base/ledger.ts';

/** So many of what the labels of a metric say. */
interface Count<Labels> {
  readonly labels: Labels;
  readonly count: number;
}

/** What one batch counts for. */
export interface Tally {
  readonly ledger: Readonly<Ledger>;
  readonly savedTokens: readonly Count<{ by: string }>[];
  readonly states: readonly Count<{ classifier: string; status: Status; source: Source }>[];
  readonly repairs: readonly Count<{ classifier: string; repair: string }>[];
  /** Answers with an error code. */
  readonly failures: readonly Answer[];
}

/** A batch with its answers. */
export interface SettledBatch {
  /** One whole Arrow IPC stream of exactly one record batch. */
  readonly ipc: Uint8Array;
  readonly tally: Tally;
}
