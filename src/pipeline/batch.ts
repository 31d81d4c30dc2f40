import type { Answer } from '../base/answer.ts';
import type { Clock } from '../base/clock.ts';
import type { Ledger } from '../base/ledger.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Scope } from '../base/scope.ts';
import type { Classifier } from '../classifier/classifier.ts';
import type { Engine } from '../llm/call.ts';
import type { RecordKeeper } from '../store/record.ts';
import type { AnswerStore } from '../store/store.ts';
import type { PrepareTask, Workers } from '../workers/tasks.ts';
import type { Budget } from './budget.ts';
import type { Flights } from './flights.ts';
import type { RecentBatches } from './recentBatches.ts';
import type { Turns } from './turns.ts';

/** The classifiers there are, by name. */
export interface Classifiers {
  list(): readonly Classifier[];
  get(name: string): Classifier | undefined;
}

/** What the pipeline works with; one set for the whole process. */
export interface PipelineParts {
  readonly classifiers: Classifiers;
  readonly workers: Workers;
  readonly engine: Engine;
  readonly store: AnswerStore;
  /** Null: prompts and replies are not kept. */
  readonly records: RecordKeeper | null;
  /** Questions being asked now, over all jobs. */
  readonly flights: Flights<Settled>;
  readonly recent: RecentBatches;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** What the pipeline must know of the job that a batch belongs to. */
export interface JobPart {
  readonly id: string;
  readonly weight: number;
  readonly budget: Budget;
  /** Whether all that its last batch asked was in the store: so it will be, most likely, in the next. */
  readonly answersStored: boolean;
  /** Told every answer that a call gave, as it comes. */
  onAnswer(answer: Answer): void;
  /** Told what became of a batch's questions, once all have ended. */
  onLedger(ledger: Readonly<Ledger>): void;
}

/** One batch to label. */
export interface BatchRequest {
  /** One whole Arrow IPC stream. Taken, with a buffer that it fills: read nothing of it afterwards. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  readonly maxRows: number;
  readonly columns: PrepareTask['columns'];
  /** In output order. */
  readonly classifiers: readonly Classifier[];
  /** Logical model per classifier. */
  readonly models: readonly string[];
  readonly refresh: boolean;
  readonly combine: boolean;
  readonly job: JobPart;
  /** Told every answer with an error code, once all have ended. */
  readonly onError: (answer: Answer) => void;
  readonly turns: Turns;
  /** Longest life of a row from the turn of its call. */
  readonly rowMs: number;
}

/** A batch, and what it is labelled with. */
export interface BatchWork {
  readonly batch: BatchRequest;
  readonly parts: PipelineParts;
}

/** The two lives of a batch. */
export interface BatchScopes {
  /** Until the client has its answer: reading, encoding. */
  readonly exchange: Scope;
  /** The rows' last end: when it comes, open questions end with its reason and the batch is answered. */
  readonly rows: Scope;
}

/** One question of a batch: a row under a classifier. */
export interface Question {
  readonly row: number;
  /** Index into the batch's classifiers. */
  readonly classifier: number;
  readonly key: string;
  /** Index into the prepared texts. */
  readonly text: number;
}

/** An answer and the HTTP requests that its ledger must count. */
export interface Settled {
  readonly answer: Answer;
  readonly calls: number;
}
