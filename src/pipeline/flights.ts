import { openSharedScope, type Scope, type SharedScope, untilEnd } from '../base/scope.ts';

/**
 * What a waiter gets. `payer` is true for exactly one waiter of a flight, the first that is still there:
 * the one whose ledger carries the call.
 */
export interface Landing<Result> {
  readonly result: Result;
  readonly payer: boolean;
}

/** One opened question, in the hands of its opener. */
export interface Flight<Result> {
  /** Lives while anyone waits for the result. */
  readonly scope: Scope;
  /** Gives the result to all waiters, once. */
  land(result: Result): void;
  /** Ends the wait of all with a fault of our own. */
  fail(error: unknown): void;
  /** The opener's own wait. */
  readonly landing: Promise<Landing<Result>>;
}

interface Entry<Result> {
  readonly scope: SharedScope;
  readonly result: PromiseWithResolvers<Result>;
  paid: boolean;
}

/**
 * Questions being asked now, by key: whoever asks the same one joins instead of asking again.
 * The call lives while at least one waiter's scope does.
 */
export class Flights<Result> {
  readonly #entries = new Map<string, Entry<Result>>();

  /** Questions in the air. */
  get size(): number {
    return this.#entries.size;
  }

  /** Waits for the flight of `key`; undefined when there is none. */
  join(key: string, waiter: Scope): Promise<Landing<Result>> | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : this.#wait(entry, waiter);
  }

  /** Opens the flight of `key`; only after `join` gave undefined. The opener lands it, whatever happens. */
  open(key: string, waiter: Scope): Flight<Result> {
    const entry: Entry<Result> = { scope: openSharedScope(), result: Promise.withResolvers(), paid: false };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    const landing = this.#wait(entry, waiter);
    // When nobody waits any more the call is aborted: a newcomer must open afresh.
    entry.scope.onEnd(forget);
    return {
      scope: entry.scope,
      landing,
      land(result) {
        forget();
        entry.result.resolve(result);
      },
      fail(error) {
        forget();
        entry.result.reject(error);
      },
    };
  }

  async #wait(entry: Entry<Result>, waiter: Scope): Promise<Landing<Result>> {
    const leave = entry.scope.join(waiter);
    try {
      const result = await untilEnd(entry.result.promise, waiter);
      const payer = !entry.paid;
      entry.paid = true;
      return { result, payer };
    } finally {
      leave();
    }
  }
}
