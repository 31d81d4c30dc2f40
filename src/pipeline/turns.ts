import type { Scope } from '../base/scope.ts';

/** Lets the calls of one batch start while the endpoints have capacity for them, so that no row's time is spent waiting. */
export interface Turns {
  /**
   * Waits until calls to the logical model may start: how many of the `wanted`, at least one. Rejects with the end of
   * the scope, and `deadline` when the model has not replied to anybody for a row's whole time.
   */
  take(model: string, wanted: number, scope: Scope): Promise<number>;
  /** A call that was let in is over; `replied`: an endpoint answered it, in whatever words. */
  done(model: string, replied: boolean): void;
}
