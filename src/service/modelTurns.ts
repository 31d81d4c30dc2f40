import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import type { Scope } from '../base/scope.ts';
import { Rate } from './rate.ts';

/** How busy the endpoints of a model are now, those that are out not counted. */
export interface Load {
  readonly inflight: number;
  /** Calls that they would take at once. */
  readonly limit: number;
  /** What one of them does instead of answering, in words; null while all answer. */
  readonly trouble: string | null;
}

/** Capacity kept queued (contract section 6): enough to never starve the endpoints, little enough to answer soon. */
const queuedS = 2;
/** Calls kept queued at the slowest endpoint: the next one is always there, and soon has its turn. */
const minQueued = 4;
/** Memory of the capacity estimate. */
const rateMemoryMs = 5_000;
/** Parts in which room is handed out: a slice costs a clock of its own, and jobs take turns by it. */
const slicesOfRoom = 8;
/** The endpoints' load is read again at most this often: it is asked for with every reply. */
const freshMs = 20;

interface Waiter {
  /** Share of its job beside others; the same for all batches of a job. */
  readonly weight: number;
  readonly wanted: number;
  readonly sinceMs: number;
  admit(count: number): void;
  refuse(error: SemtelError): void;
}

/**
 * Turns at the endpoints of one logical model: lets in what they work on and, to wait behind it, two seconds of what
 * they were seen to answer, or as much again where that is more, so that their concurrency can double. Jobs take
 * turns, of a length by their weights; a row waits without its own clock running, so that a slow endpoint never makes it fail.
 */
export class ModelTurns {
  readonly #clock: Clock;
  readonly #readLoad: () => Load;
  readonly #rowMs: number;
  #replies: Rate;
  /** By job; jobs in the order of their turn. */
  readonly #waiting = new Map<string, Waiter[]>();
  /** The job whose turn it is, and the calls it was let in with since. */
  #turn = { jobId: '', had: 0 };
  #open = 0;
  #repliedMs = Number.NEGATIVE_INFINITY;
  #load: Load & { readonly atMs: number } = {
    inflight: 0,
    limit: 0,
    trouble: null,
    atMs: Number.NEGATIVE_INFINITY,
  };

  constructor(clock: Clock, readLoad: () => Load, rowMs: number) {
    this.#clock = clock;
    this.#readLoad = readLoad;
    this.#rowMs = rowMs;
    this.#replies = new Rate(clock, rateMemoryMs);
  }

  /** Calls let in and not over. */
  get open(): number {
    return this.#open;
  }
  /** Batches that wait for a turn. */
  get waiting(): number {
    let count = 0;
    for (const queue of this.#waiting.values()) count += queue.length;
    return count;
  }
  waitingOf(jobId: string): number {
    return this.#waiting.get(jobId)?.length ?? 0;
  }

  /** As `Turns.take`; `sinceMs`: when the batch came, from where its patience with a silent model counts. */
  take(jobId: string, weight: number, wanted: number, sinceMs: number, scope: Scope): Promise<number> {
    return new Promise((resolve, reject) => {
      if (scope.ended !== undefined) return reject(scope.ended);
      let leave = () => {};
      const waiter: Waiter = {
        weight,
        wanted,
        sinceMs,
        admit(count) {
          leave();
          resolve(count);
        },
        refuse(error) {
          leave();
          reject(error);
        },
      };
      this.#enqueue(jobId, waiter);
      leave = scope.onEnd((reason) => {
        this.#forget(jobId, waiter);
        reject(reason);
      });
      this.#letIn();
    });
  }

  done(replied: boolean): void {
    this.#open -= 1;
    if (replied) {
      this.#replies.add(1);
      this.#repliedMs = this.#clock.now();
    }
    this.#letIn();
  }

  /** Within a job the batch that came first goes first, until its last call. */
  #enqueue(jobId: string, waiter: Waiter): void {
    const queue = this.#waiting.get(jobId) ?? [];
    const later = queue.findIndex(({ sinceMs }) => sinceMs > waiter.sinceMs);
    queue.splice(later < 0 ? queue.length : later, 0, waiter);
    this.#waiting.set(jobId, queue);
  }

  #forget(jobId: string, waiter: Waiter): void {
    const queue = this.#waiting.get(jobId);
    const place = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || place < 0) return;
    queue.splice(place, 1);
    if (queue.length === 0) this.#waiting.delete(jobId);
  }

  #letIn(): void {
    for (;;) {
      const next = this.#waiting.entries().next().value;
      if (next === undefined) return;
      const [jobId, queue] = next;
      const waiter = queue[0]!;
      if (this.#silentFor(waiter)) {
        this.#forget(jobId, waiter);
        waiter.refuse(silent(this.#rowMs, this.#readLoad().trouble));
        continue;
      }
      const room = this.#room();
      const free = room - this.#open;
      if (this.#turn.jobId !== jobId) this.#turn = { jobId, had: 0 };
      const turn = Math.ceil(((room / slicesOfRoom) * waiter.weight) / this.#heaviest());
      const slice = Math.min(waiter.wanted, Math.max(turn - this.#turn.had, 1));
      if (free < slice) return;
      this.#forget(jobId, waiter);
      const count = this.#waiting.size > 0 ? slice : Math.min(waiter.wanted, free);
      this.#turn.had += count;
      // Its turn over, the job goes behind the others that wait.
      if (this.#turn.had >= turn && this.#waiting.delete(jobId)) {
        this.#waiting.set(jobId, queue);
        this.#turn.had = 0;
      }
      if (this.#open === 0) this.#startAfresh();
      this.#open += count;
      waiter.admit(count);
    }
  }

  #heaviest(): number {
    let heaviest = 0;
    for (const [first] of this.#waiting.values()) heaviest = Math.max(heaviest, first!.weight);
    return heaviest;
  }

  #room(): number {
    const nowMs = this.#clock.now();
    if (nowMs - this.#load.atMs >= freshMs) this.#load = { ...this.#readLoad(), atMs: nowMs };
    const { inflight, limit } = this.#load;
    const rate = this.#replies.perSecond;
    const soon = rate === 0 ? limit : Math.max(rate * queuedS, inflight);
    return Math.floor(inflight + Math.max(soon, minQueued));
  }

  /** A rate of long ago says nothing, and that nobody asked since says less. */
  #startAfresh(): void {
    if (this.#clock.now() - this.#repliedMs > rateMemoryMs)
      this.#replies = new Rate(this.#clock, rateMemoryMs);
  }

  #silentFor({ sinceMs }: Waiter): boolean {
    return this.#clock.now() - Math.max(sinceMs, this.#repliedMs) >= this.#rowMs;
  }
}

function silent(rowMs: number, trouble: string | null): SemtelError {
  const why = trouble === null ? '' : `: ${trouble}`;
  return new SemtelError('deadline', `No endpoint of the model has replied for ${rowMs / 1000} s${why}.`);
}
