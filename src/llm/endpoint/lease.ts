import type { FailedSend, OkSend } from '../http/outcome.ts';
import type { Charge } from '../quota/quota.ts';
import type { Turn } from './breaker.ts';
import type { Endpoint } from './endpoint.ts';

/** The right to send one request to one endpoint. Settled exactly once: `ok`, `dropped` or `ignored`. */
export class Lease {
  readonly endpoint: Endpoint;
  readonly sentMs: number;
  readonly charge: Charge;
  readonly turn: Turn;
  /** The one call that finds out whether an endpoint that said 429 still does. */
  readonly trial: boolean;
  /** Under way at the endpoint when it was taken, itself included. */
  readonly inflight: number;
  #settled = false;

  constructor(
    endpoint: Endpoint,
    sentMs: number,
    charge: Charge,
    turn: Turn,
    trial: boolean,
    inflight: number,
  ) {
    this.endpoint = endpoint;
    this.sentMs = sentMs;
    this.charge = charge;
    this.turn = turn;
    this.trial = trial;
    this.inflight = inflight;
  }

  /** The endpoint did its work. */
  ok(result: OkSend): void {
    this.#once();
    this.endpoint.settleOk(this, result);
  }

  /** The endpoint did not: 429, 5xx, timeout, connection, refusal. True for a 429 that its known limits explain. */
  dropped(failure: FailedSend): boolean {
    this.#once();
    return this.endpoint.settleDropped(this, failure);
  }

  /** Says nothing about the endpoint: our own cancel, or a request that was wrong in itself. */
  ignored(): void {
    this.#once();
    this.endpoint.settleIgnored(this);
  }

  #once(): void {
    if (this.#settled) throw new Error('A lease was settled twice.');
    this.#settled = true;
  }
}
