import type { Scope } from '../base/scope.ts';

interface Waiter {
  /** Tags of virtual time, in bytes. */
  readonly start: number;
  readonly finish: number;
  admit(): void;
}

interface Job {
  /** Tag at which its last task ends. */
  finish: number;
  /** Tasks that wait or run. */
  open: number;
}

/** What a task takes besides its bytes, told in bytes: 0.2 to 0.3 ms at the 50 to 70 KB/ms at which text is prepared. */
const taskBytes = 16_384;

/**
 * Turns at the threads of a pool, fair over jobs by the bytes of their tasks: a job of small batches waits for the
 * tasks that run, not for those that other jobs have waiting. First come, first served within a job.
 * Source: starting potential-based fair queueing (Stiliadis and Varma 1998): each task gets a start and a finish on a
 * scale of bytes, the earliest finish goes first, and who comes anew starts where the latest start in service is.
 */
export class ThreadTurns {
  #free: number;
  /** In the order of their finish. */
  readonly #waiting: Waiter[] = [];
  readonly #jobs = new Map<string, Job>();
  #potential = 0;

  constructor(threads: number) {
    this.#free = threads;
  }

  /** Tasks that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when a thread is free for a task of so many bytes; the returned function gives it back; call it once. Rejects with the scope's end. */
  take(jobId: string, bytes: number, scope: Scope): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (scope.ended !== undefined) return reject(scope.ended);
      let leave = () => {};
      const job = this.#jobs.get(jobId) ?? { finish: 0, open: 0 };
      this.#jobs.set(jobId, job);
      job.open += 1;
      const start = Math.max(this.#potential, job.finish);
      job.finish = start + bytes + taskBytes;
      const close = () => {
        job.open -= 1;
        if (job.open === 0) this.#jobs.delete(jobId);
      };
      const waiter: Waiter = {
        start,
        finish: job.finish,
        admit: () => {
          leave();
          resolve(() => {
            close();
            this.#free += 1;
            this.#letIn();
          });
        },
      };
      this.#enqueue(waiter);
      leave = scope.onEnd((reason) => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        close();
        reject(reason);
      });
      this.#letIn();
    });
  }

  #enqueue(waiter: Waiter): void {
    const later = this.#waiting.findIndex(({ finish }) => finish > waiter.finish);
    this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, waiter);
  }

  #letIn(): void {
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#free -= 1;
      this.#potential = Math.max(this.#potential, next.start);
      next.admit();
    }
  }
}
