import type { Tuning } from '../config.ts';

/** Why an endpoint gets no calls: it fails (`ejected`) or refuses us (`rejected`). */
export type OutKind = 'ejected' | 'rejected';

interface Out {
  readonly kind: OutKind;
  readonly reason: string;
}

/**
 * Takes an endpoint out after failures in a row (Envoy's outlier detection) or a refusal of the account, and lets it
 * back in slowly. While it is out one call is let through now and then to probe it; likewise, more often, while it
 * fails every call and may not be taken out. 429 is no failure: callers do not report it.
 */
export class Breaker {
  readonly #tuning: Tuning;
  #out: Out | null = null;
  #failuresInARow = 0;
  #lastFailure = '';
  /** While it is out or fails every call: when the next call may go. */
  #nextMs = Number.NEGATIVE_INFINITY;
  #backMs = Number.NEGATIVE_INFINITY;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  get out(): { readonly kind: OutKind; readonly reason: string } | null {
    return this.#out;
  }

  /** It fails every call, so that a failure says nothing about the call that met it. */
  get failing(): boolean {
    return this.#out !== null || this.#failuresInARow >= this.#tuning.ejectAfter;
  }

  /** What it does instead of answering, as the end of a sentence; null while it answers. */
  get trouble(): string | null {
    return this.#out?.reason ?? (this.failing ? this.#lastFailure : null);
  }

  /** Others are back from what took them all: it is asked at once, and is wholly back when it answers. */
  hurry(): void {
    if (!this.failing || this.#out?.kind === 'rejected') return;
    this.#out = null;
    this.#failuresInARow = this.#tuning.ejectAfter;
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

  /** A call goes out; true when it is a probe. The next may go later, whether this one has ended or hangs. */
  began(nowMs: number): boolean {
    this.#nextMs = nowMs + (this.#out === null ? this.#tuning.outageProbeMs : this.#outMs(this.#out.kind));
    return this.#out !== null;
  }

  /** The endpoint did its work; true when it failed until now. Calls from before it was taken out do not bring it back. */
  succeeded(probe: boolean, nowMs: number): boolean {
    if (this.#out !== null && !probe) return false;
    const recovered = this.failing;
    if (this.#out !== null) this.#backMs = nowMs;
    this.#out = null;
    this.#failuresInARow = 0;
    return recovered;
  }

  /** True when the endpoint is taken out by it. `mayEject`: enough others are left. */
  failed(probe: boolean, reason: string, nowMs: number, mayEject: boolean): boolean {
    if (this.#out !== null) {
      if (probe) this.#out = { ...this.#out, reason };
      return false;
    }
    this.#failuresInARow += 1;
    this.#lastFailure = reason;
    if (this.#failuresInARow < this.#tuning.ejectAfter || !mayEject) return false;
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
  abandoned(probe: boolean): void {
    if (probe) this.#nextMs = Number.NEGATIVE_INFINITY;
  }

  #takeOut(kind: OutKind, reason: string, nowMs: number): void {
    this.#failuresInARow = 0;
    this.#out = { kind, reason };
    this.#nextMs = nowMs + this.#outMs(kind);
  }

  #outMs(kind: OutKind): number {
    return kind === 'rejected' ? this.#tuning.rejectedProbeMs : this.#tuning.ejectMs;
  }
}
