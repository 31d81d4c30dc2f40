import type { Scope } from '../base/scope.ts';

interface Waiter {
  enter(): void;
}

/** The places of an endpoint that works on few calls at a time: the rest wait in order of arrival, without bound. */
export class Slots {
  #limit: number;
  #busy = 0;
  readonly #waiters = new Set<Waiter>();

  /** `limit` 0: no bound. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Waits for a place; the returned function frees it. Rejects with the scope's reason if it ends first. */
  enter(scope: Scope): Promise<() => void> {
    return new Promise((resolve, reject) => {
      let leaveScope = () => {};
      const waiter: Waiter = {
        enter: () => {
          this.#waiters.delete(waiter);
          leaveScope();
          this.#busy++;
          resolve(() => {
            this.#busy--;
            this.#admit();
          });
        },
      };
      this.#waiters.add(waiter);
      leaveScope = scope.onEnd((reason) => {
        this.#waiters.delete(waiter);
        reject(reason);
      });
      this.#admit();
    });
  }

  resize(limit: number): void {
    this.#limit = limit;
    this.#admit();
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      if (this.#limit > 0 && this.#busy >= this.#limit) return;
      waiter.enter();
    }
  }
}
