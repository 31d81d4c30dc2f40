import type { Answer } from '../base/answer.ts';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { addLedger, emptyLedger, imbalance, isStored, type Ledger } from '../base/ledger.ts';
import { type OwnedScope, openScope } from '../base/scope.ts';
import type { JobPart } from '../pipeline/batch.ts';
import { Budget } from '../pipeline/budget.ts';
import type { JobState } from './jobView.ts';
import { Rate } from './rate.ts';

/** Jobs are forgotten after a day without an exchange (contract section 1). */
const forgottenAfterMs = 24 * 3600 * 1000;
/** 100 MB: clients that make an id for each batch would fill the memory within a day. Beyond it the idle ones go, oldest first. */
export const maxJobs = 100_000;
/** A job whose first calls all fail for one permanent reason will not do better: stop it before it costs more. */
const judgedCalls = 16;
/** Memory of a job's rate: smooth to read, quick enough to follow. */
const rateMemoryMs = 5_000;

/** All exchanges with one job id: ledger, budget, cancel and rate. */
export class Job {
  readonly id: string;
  readonly ledger: Ledger = emptyLedger();
  readonly budget = new Budget();
  /** Logical models that it was asked of. */
  readonly models = new Set<string>();
  /** Ends when the job is cancelled or rejected; every row of the job lives inside. */
  scope: OwnedScope;
  readonly #clock: Clock;
  readonly #rate: Rate;
  openExchanges = 0;
  rowsWaiting = 0;
  lastActiveMs: number;
  #calls = 0;
  #rejectedCalls = 0;
  #answersStored = false;

  constructor(id: string, clock: Clock) {
    this.id = id;
    this.scope = openScope(clock);
    this.lastActiveMs = clock.now();
    this.#clock = clock;
    this.#rate = new Rate(clock, rateMemoryMs);
  }

  get state(): JobState {
    const end = this.scope.ended?.kind;
    if (end === 'cancelled') return 'CANCELLED';
    if (end !== undefined) return 'REJECTED';
    return this.openExchanges > 0 ? 'ACTIVE' : 'IDLE';
  }

  get rejection(): string | null {
    return this.state === 'REJECTED' ? this.scope.ended!.message : null;
  }

  get rowsPerSecond(): number {
    return this.#rate.perSecond;
  }

  cancel(): void {
    this.scope.end(new SemtelError('cancelled', 'The job was cancelled.'));
  }

  reject(reason: string): void {
    this.scope.end(new SemtelError('endpoints_rejected', reason));
  }

  /** Counts one exchange in; the returned function counts it out. */
  enter(rows: number): () => void {
    this.openExchanges += 1;
    this.rowsWaiting += rows;
    return () => {
      this.openExchanges -= 1;
      this.rowsWaiting -= rows;
      this.lastActiveMs = this.#clock.now();
    };
  }

  /** What the pipeline may do with the job for one batch under so many classifiers. */
  part(weight: number, classifiers: number): JobPart {
    // Rows count as their answers come, so that a batch of an hour has a rate; what needed no call comes with the ledger.
    let asked = 0;
    return {
      id: this.id,
      weight,
      budget: this.budget,
      answersStored: this.#answersStored,
      onAnswer: (answer) => {
        asked += 1;
        this.#rate.add(1 / classifiers);
        this.#onAnswer(answer);
      },
      onLedger: (ledger) => {
        this.#rate.add(Math.max(ledger.questions - asked, 0) / classifiers);
        this.#onLedger(ledger);
      },
    };
  }

  /** Gives a rejected job a new start with its next exchange: its endpoints may have been mended since. */
  reopen(): void {
    if (this.state !== 'REJECTED' || this.openExchanges > 0) return;
    this.scope = openScope(this.#clock);
    this.#calls = 0;
    this.#rejectedCalls = 0;
  }

  /** Stops the job when every endpoint is rejected, or when its first calls all fail for one permanent reason. */
  #onAnswer(answer: Answer): void {
    const { errorCode, errorMessage } = answer;
    if (errorCode === 'endpoints_rejected') this.reject(errorMessage ?? 'Every endpoint is rejected.');
    if (this.#calls >= judgedCalls) return;
    this.#calls += 1;
    if (errorCode === 'request_rejected') this.#rejectedCalls += 1;
    if (this.#rejectedCalls === judgedCalls)
      this.reject(`The job's first ${judgedCalls} questions were all rejected: ${errorMessage}`);
  }

  /** Counts a batch; throws `internal` when its questions and states do not balance. */
  #onLedger(part: Readonly<Ledger>): void {
    addLedger(this.ledger, part);
    this.#answersStored = isStored(part);
    const off = imbalance(part);
    if (off !== 0)
      throw new SemtelError('internal', `The ledger of a batch does not balance: ${off} questions off.`);
  }
}

/** The jobs of this server, newest use last. */
export class Jobs {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The job of this id, opened if new. */
  open(id: string): Job {
    this.#forgetIdle();
    const job = this.#jobs.get(id) ?? new Job(id, this.#clock);
    this.#jobs.delete(id);
    this.#jobs.set(id, job);
    job.reopen();
    job.lastActiveMs = this.#clock.now();
    return job;
  }

  get(id: string): Job {
    this.#forgetIdle();
    const job = this.#jobs.get(id);
    if (job === undefined)
      throw new SemtelError('unknown_job', `No job "${id}" in the last 24 h on this server.`);
    return job;
  }

  all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  #forgetIdle(): void {
    const before = this.#clock.now() - forgottenAfterMs;
    for (const [id, job] of this.#jobs) {
      if (job.lastActiveMs > before && this.#jobs.size <= maxJobs) return;
      if (job.openExchanges === 0) this.#jobs.delete(id);
    }
  }
}
