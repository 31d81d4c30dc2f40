import type { Tuning } from './config.ts';

/** Why an endpoint gets no calls: it fails (`ejected`) or refuses us (`rejected`). */
export type OutKind = 'ejected' | 'rejected';

interface Out {
  readonly kind: OutKind;
  readonly reason: string;
  readonly untilMs: number;
  readonly probing: boolean;
}

/**
 * Takes an endpoint out after failures in a row (Envoy's outlier detection) or a refusal of the account, lets one
 * call probe it when its time is over, and lets it back in slowly. 429 is no failure: callers do not report it.
 */
export class Breaker {
  readonly #tuning: Tuning;
  #out: Out | null = null;
  #failuresInARow = 0;
  #lastFailure = '';
  #backMs = Number.NEGATIVE_INFINITY;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  /** Failed so often in a row that a failure says nothing about the call that met it. */
  get failing(): boolean {
    return this.#out !== null || this.#failuresInARow >= this.#tuning.ejectAfter;
  }

  /** What it does instead of answering, as the end of a sentence; null while it answers. */
  get trouble(): string | null {
    return this.#out?.reason ?? (this.failing ? this.#lastFailure : null);
  }

  /** Others are back from what took them all: it may be asked at once. */
  hurry(): void {
    if (this.#out?.kind === 'ejected') this.#out = { ...this.#out, untilMs: Number.NEGATIVE_INFINITY };
  }

  get out(): { readonly kind: OutKind; readonly reason: string } | null {
    return this.#out;
  }

  /** How many of `limit` may be in flight now: none while out, one as a probe, 10 to 100 % on the way back. */
  slots(limit: number, nowMs: number): number {
    if (this.#out !== null) return this.#out.probing || nowMs < this.#out.untilMs ? 0 : 1;
    const back = (nowMs - this.#backMs) / this.#tuning.rampMs;
    return back >= 1 ? limit : Math.max(1, Math.floor(limit * (0.1 + 0.9 * back)));
  }

  /** When it may get a call again: 0 now, Infinity while a probe is under way. */
  waitMs(nowMs: number): number {
    if (this.#out === null) return 0;
    return this.#out.probing ? Number.POSITIVE_INFINITY : Math.max(this.#out.untilMs - nowMs, 0);
  }

  /** A call goes out; true when it is the probe. */
  began(): boolean {
    if (this.#out === null) return false;
    this.#out = { ...this.#out, probing: true };
    return true;
  }

  /** The endpoint did its work. Calls that began before it was taken out do not bring it back. */
  succeeded(probe: boolean, nowMs: number): void {
    if (probe && this.#out !== null) {
      this.#out = null;
      this.#backMs = nowMs;
    }
    if (this.#out !== null) return;
    this.#failuresInARow = 0;
  }

  /** A failure of the endpoint; true when it is taken out by it. `mayEject`: enough others are left. */
  failed(probe: boolean, reason: string, nowMs: number, mayEject: boolean): boolean {
    if (this.#out !== null) {
      if (probe) this.#takeOut(this.#out.kind, reason, nowMs);
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
    if (probe && this.#out !== null) this.#out = { ...this.#out, probing: false };
  }

  #takeOut(kind: OutKind, reason: string, nowMs: number): void {
    this.#failuresInARow = 0;
    const ms = kind === 'rejected' ? this.#tuning.rejectedProbeMs : this.#tuning.ejectMs;
    this.#out = { kind, reason, untilMs: nowMs + ms, probing: false };
  }
}
