import type { Ledger } from '../../base/ledger.ts';
import type { Scope } from '../../base/scope.ts';
import type { InputBatch } from '../../files/read/batches.ts';
import type { Capacity } from '../estimate/capacity.ts';
import type { Tallies } from '../estimate/tally.ts';

export interface Labelled {
  /** One whole Arrow IPC stream. */
  readonly ipc: Uint8Array;
  readonly rows: number;
  readonly ledger: Readonly<Ledger>;
}

/** A classifier as whoever labels knows it. */
export interface KnownClassifier {
  readonly name: string;
  readonly digest: string;
  readonly model: string;
}

/** What a run asks for, whoever answers. */
export interface Asked {
  readonly classifiers: readonly string[];
  /** Logical model; empty: each classifier's own. */
  readonly model: string;
  readonly jobId: string;
  readonly refresh: boolean;
  readonly combine: boolean;
  /** 0: no limit. */
  readonly maxCost: number;
  readonly maxTokens: number;
}

/** Who labels: a service in this process, or a server. All rejections are SemtelErrors. */
export interface Labeller {
  /** The classifiers asked for, in order; made sure of before anything is sent. */
  readonly classifiers: readonly KnownClassifier[];
  label(batch: InputBatch, scope: Scope): Promise<Labelled>;
  /** Tallies of batches of so many rows as they would be asked, without a call; null where only a server can tell. */
  readonly tally:
    | ((batches: AsyncIterable<InputBatch>, rows: number, scope: Scope) => Promise<Tallies>)
    | null;
  readonly capacity: Capacity;
  /** What is wrong with an endpoint now, in words; null when nothing is known to be. */
  readonly trouble: string | null;
  /** Of costs; empty where it is not known. */
  readonly currency: string;
  close(): Promise<void>;
}
