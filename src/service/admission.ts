import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import type { Scope } from '../base/scope.ts';
import { Rate } from './rate.ts';

export interface AdmissionLimits {
  /** Bytes of batches admitted and not yet answered; as many again may wait. */
  readonly inflightBytes: number;
  readonly waitingExchanges: number;
}

/** What one exchange weighs. */
export interface Load {
  readonly jobId: string;
  readonly bytes: number;
  readonly questions: number;
}

/** Capacity kept queued (contract section 6): enough to never starve the endpoints, little enough to answer soon. */
const queuedMs = 2_000;
/** Questions admitted before any rate is known: keeps a fresh engine's growing concurrency fed. */
const minQuestions = 1_024;
/** Memory of the capacity estimate. */
const rateMemoryMs = 5_000;
/** Pushback bounds: long enough to matter, short enough that freed room is used. */
const pushbackMs = { min: 500, max: 5_000 };

interface Waiter {
  readonly load: Load;
  admit(): void;
}

/**
 * Lets exchanges in while memory and two seconds of capacity allow, and makes the others wait, one job after
 * another; beyond the waiting limit it refuses with the time after which to come back.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #answered: Rate;
  /** Waiting exchanges by job; jobs in the order of their turn. */
  readonly #waiting = new Map<string, Waiter[]>();
  #waitingCount = 0;
  #waitingBytes = 0;
  #bytes = 0;
  #questions = 0;
  #admitted = 0;

  constructor(limits: AdmissionLimits, clock: Clock) {
    this.#limits = limits;
    this.#answered = new Rate(clock, rateMemoryMs);
  }

  get inflightBytes(): number {
    return this.#bytes;
  }
  get waitingExchanges(): number {
    return this.#waitingCount;
  }

  /** Resolves when the exchange may start; the returned function gives its room back, once. Rejects `overloaded`, or with the scope's end. */
  async admit(load: Load, scope: Scope): Promise<() => void> {
    if (scope.ended !== undefined) throw scope.ended;
    if (this.#waitingCount > 0 || !this.#fits(load)) await this.#wait(load, scope);
    else this.#take(load);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#bytes -= load.bytes;
      this.#questions -= load.questions;
      this.#admitted -= 1;
      this.#answered.add(load.questions);
      this.#letIn();
    };
  }

  #fits({ bytes, questions }: Load): boolean {
    // A batch larger than every bound still goes in alone.
    if (this.#admitted === 0) return true;
    const room = Math.max(minQuestions, (this.#answered.perSecond * queuedMs) / 1000);
    return this.#bytes + bytes <= this.#limits.inflightBytes && this.#questions + questions <= room;
  }

  #take({ bytes, questions }: Load): void {
    this.#bytes += bytes;
    this.#questions += questions;
    this.#admitted += 1;
  }

  #wait(load: Load, scope: Scope): Promise<void> {
    const { waitingExchanges, inflightBytes } = this.#limits;
    if (this.#waitingCount >= waitingExchanges || this.#waitingBytes + load.bytes > inflightBytes)
      throw new SemtelError(
        'overloaded',
        'The server has as much waiting as it may hold; send the batch again.',
        {
          retryable: true,
          retryAfterMs: this.#pushbackMs(),
        },
      );
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        load,
        admit: () => {
          leave();
          resolve();
        },
      };
      const queue = this.#waiting.get(load.jobId);
      if (queue === undefined) this.#waiting.set(load.jobId, [waiter]);
      else queue.push(waiter);
      this.#waitingCount += 1;
      this.#waitingBytes += load.bytes;
      const leave = scope.onEnd((reason) => {
        this.#forget(waiter);
        reject(reason);
        this.#letIn();
      });
    });
  }

  #pushbackMs(): number {
    const rate = this.#answered.perSecond;
    const ms = rate === 0 ? pushbackMs.min : (this.#questions / rate) * 1000;
    return Math.round(Math.min(Math.max(ms, pushbackMs.min), pushbackMs.max));
  }

  #forget(waiter: Waiter): void {
    const { jobId, bytes } = waiter.load;
    const queue = this.#waiting.get(jobId);
    const place = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || place < 0) return;
    queue.splice(place, 1);
    if (queue.length === 0) this.#waiting.delete(jobId);
    this.#waitingCount -= 1;
    this.#waitingBytes -= bytes;
  }

  #letIn(): void {
    for (;;) {
      const turn = this.#waiting.entries().next().value;
      if (turn === undefined) return;
      const [jobId, queue] = turn;
      const waiter = queue[0]!;
      if (!this.#fits(waiter.load)) return;
      this.#forget(waiter);
      // The job goes behind the others that wait.
      if (this.#waiting.delete(jobId)) this.#waiting.set(jobId, queue);
      this.#take(waiter.load);
      waiter.admit();
    }
  }
}
