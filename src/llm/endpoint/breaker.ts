import type { Tuning } from '../config.ts';
import { FailedRow } from './failedRow.ts';

/** Why an endpoint gets no calls: it fails (`ejected`) or refuses us (`rejected`). */
export type OutKind = 'ejected' | 'rejected';

interface Out {
  readonly kind: OutKind;
  readonly reason: string;
}

/** One call's turn at an endpoint. */
export interface Turn {
  /** In the order of sending. */
  readonly number: number;
  /** The one call that finds out whether an endpoint that was out works again. */
  readonly probe: boolean;
}

/**
 * Takes an endpoint out after failures in a row (Envoy's outlier detection) or a refusal of the account, and lets it
 * back in slowly. While it is out one call is let through now and then to probe it; likewise, more often, while it
 * fails every call and may not be taken out. 429 is no failure: callers do not report it.
 */
export class Breaker {
  readonly #tuning: Tuning;
  readonly #row: FailedRow;
  #out: Out | null = null;
  #failing = false;
  #lastFailure = '';
  /** While it is out or fails every call: when the next call may go. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #backMs = Number.NEGATIVE_INFINITY;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
    this.#row = new FailedRow(tuning.ejectAfter);
  }

  get out(): { readonly kind: OutKind; readonly reason: string } | null {
    return this.#out;
  }

  /** It fails every call, so that a failure says nothing about the call that met it. */
  get failing(): boolean {
    return this.#out !== null || this.#failing;
  }

  /** What it does instead of answering, as the end of a sentence; null while it answers. */
  get trouble(): string | null {
    return this.#out?.reason ?? (this.failing ? this.#lastFailure : null);
  }

  /** Others are back from what took them all: it is asked at once, and is wholly back when it answers. */
  hurry(): void {
    if (!this.failing || this.#out?.kind === 'rejected') return;
    this.#out = null;
    this.#failing = true;
    this.#nextMs = Number.NEGATIVE_INFINITY;
  }

  /** How many of `limit` may be in flight now: none while out, 10 to 100 % on the way back. */
  slots(limit: number, nowMs: number): number {
    if (this.#out !== null) return nowMs < this.#nextMs ? 0 : limit;
    const back = (nowMs - this.#backMs) / this.#tuning.rampMs;
    return back >= 1 ? limit : Math.max(1, Math.floor(limit * (0.1 + 0.9 * back)));
  }

  /** When it may get a call again; 0: now. */
  waitMs(nowMs: number): number {
    return this.failing ? Math.max(this.#nextMs - nowMs, 0) : 0;
  }

  /** A call goes out. The next may go later, whether this one has ended or hangs. */
  began(nowMs: number): Turn {
    this.#nextMs = nowMs + (this.#out === null ? this.#tuning.outageProbeMs : this.#outMs(this.#out.kind));
    return { number: this.#row.next(), probe: this.#out !== null };
  }

  /** The endpoint did its work; true when it failed until now. Calls from before it was taken out do not bring it back. */
  succeeded({ number, probe }: Turn, nowMs: number): boolean {
    if (this.#out !== null && !probe) return false;
    this.#row.answered(number);
    const recovered = this.failing;
    if (this.#out !== null) this.#backMs = nowMs;
    this.#out = null;
    this.#failing = false;
    return recovered;
  }

  /** True when the endpoint is taken out by it. `mayEject`: enough others are left. */
  failed({ number, probe }: Turn, reason: string, nowMs: number, mayEject: boolean): boolean {
    if (this.#out !== null) {
      if (probe) this.#out = { ...this.#out, reason };
      return false;
    }
    if (this.#row.failed(number)) this.#failing = true;
    this.#lastFailure = reason;
    if (!this.#failing || !mayEject) return false;
    this.#takeOut('ejected', reason, nowMs);
    return true;
  }

  /** The account is refused; true when that is news. */
  rejected(reason: string, nowMs: number): boolean {
    const news = this.#out?.kind !== 'rejected';
    this.#takeOut('rejected', reason, nowMs);
    return news;
  }

  /** A call ended without a word about the endpoint; a probe gives its turn to the next. */
  abandoned({ probe }: Turn): void {
    if (probe) this.#nextMs = Number.NEGATIVE_INFINITY;
  }

  #takeOut(kind: OutKind, reason: string, nowMs: number): void {
    this.#failing = false;
    this.#out = { kind, reason };
    this.#nextMs = nowMs + this.#outMs(kind);
  }

  #outMs(kind: OutKind): number {
    return kind === 'rejected' ? this.#tuning.rejectedProbeMs : this.#tuning.ejectMs;
  }
}
