import type { Clock } from '../base/clock.ts';
import type { Scope } from '../base/scope.ts';
import { overloaded } from './overloaded.ts';
import { Rate } from './rate.ts';

export interface AdmissionLimits {
  /** Bytes of batches admitted and not yet answered; as many again may wait. */
  readonly inflightBytes: number;
  readonly waitingExchanges: number;
}

/** What one exchange weighs. */
interface Load {
  readonly jobId: string;
  readonly bytes: number;
}

/** Batches of a job that may stand read and wait for their calls' turns: the next is always ready, and no more held. */
const maxAhead = 8;
/** Memory of the rate of exchanges, for the pushback. */
const rateMemoryMs = 5_000;
/** Pushback bounds: long enough to matter, short enough that freed room is used. */
const pushbackMs = { min: 500, max: 5_000 };

interface Waiter {
  readonly load: Load;
  admit(): void;
}

/**
 * Lets exchanges in while memory allows, and makes the others wait, one job after another; beyond the waiting limit
 * it refuses with the time after which to come back. When their calls are made is decided by turns, later.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #aheadOf: (jobId: string) => number;
  readonly #answered: Rate;
  /** Waiting exchanges by job; jobs in the order of their turn. */
  readonly #waiting = new Map<string, Waiter[]>();
  #waitingCount = 0;
  #waitingBytes = 0;
  #bytes = 0;
  #admitted = 0;
  readonly #bytesOf = new Map<string, number>();

  /** `aheadOf`: how many batches of a job have been let in and wait for turns. */
  constructor(limits: AdmissionLimits, clock: Clock, aheadOf: (jobId: string) => number) {
    this.#limits = limits;
    this.#aheadOf = aheadOf;
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
    await this.#turn(load, scope);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#hold(load.jobId, -load.bytes);
      this.#admitted -= 1;
      this.#answered.add(1);
      this.#letIn();
    };
  }

  #turn(load: Load, scope: Scope): Promise<void> {
    return new Promise((resolve, reject) => {
      let leave = () => {};
      let waits = true;
      const waiter: Waiter = {
        load,
        admit() {
          waits = false;
          leave();
          resolve();
        },
      };
      this.#enqueue(waiter);
      this.#letIn();
      if (!waits) return;
      const { waitingExchanges, inflightBytes } = this.#limits;
      if (this.#waitingCount > waitingExchanges || this.#waitingBytes > inflightBytes) {
        this.#forget(waiter);
        return reject(overloaded(this.#pushbackMs()));
      }
      leave = scope.onEnd((reason) => {
        this.#forget(waiter);
        reject(reason);
        this.#letIn();
      });
    });
  }

  #pushbackMs(): number {
    const rate = this.#answered.perSecond;
    const ms = rate === 0 ? pushbackMs.min : (this.#waitingCount / rate) * 1000;
    return Math.round(Math.min(Math.max(ms, pushbackMs.min), pushbackMs.max));
  }

  #enqueue(waiter: Waiter): void {
    const { jobId, bytes } = waiter.load;
    const queue = this.#waiting.get(jobId);
    if (queue === undefined) this.#waiting.set(jobId, [waiter]);
    else queue.push(waiter);
    this.#waitingCount += 1;
    this.#waitingBytes += bytes;
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
    for (const [jobId, queue] of this.#waiting) {
      if (this.#aheadOf(jobId) >= maxAhead) continue;
      const waiter = queue[0]!;
      if (!this.#fits(waiter.load)) continue;
      this.#forget(waiter);
      // The job goes behind the others that wait, where this loop meets it again.
      if (this.#waiting.delete(jobId)) this.#waiting.set(jobId, queue);
      this.#hold(jobId, waiter.load.bytes);
      this.#admitted += 1;
      waiter.admit();
    }
  }

  /**
   * A job may hold as much as is still free (dynamic thresholds: Choudhury and Hahne 1998): alone half of all, beside
   * others their equal share, and whatever they do, something is left for a job that comes new.
   */
  #fits({ jobId, bytes }: Load): boolean {
    // A batch larger than the bound still goes in alone.
    if (this.#admitted === 0) return true;
    const held = this.#bytesOf.get(jobId) ?? 0;
    return held + bytes <= this.#limits.inflightBytes - this.#bytes;
  }

  #hold(jobId: string, more: number): void {
    this.#bytes += more;
    const held = (this.#bytesOf.get(jobId) ?? 0) + more;
    if (held > 0) this.#bytesOf.set(jobId, held);
    else this.#bytesOf.delete(jobId);
  }
}
