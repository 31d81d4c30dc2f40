import type { Random } from '../../base/random.ts';
import type { Tuning } from '../config.ts';
import { pauseMs } from './pause.ts';

/** Rounds of 429 after which one call goes ahead of the others: fewer may be chance, and pauses are short until then. */
const aloneAfter = 4;

/**
 * The rests of an endpoint that said 429. While it goes on saying so, each rest is followed by one call alone, so that
 * a spent minute costs one refusal a rest and not one for each who waits.
 */
export class Cooling {
  readonly #tuning: Tuning;
  readonly #random: Random;
  #untilMs = Number.NEGATIVE_INFINITY;
  #beganMs = Number.NEGATIVE_INFINITY;
  #inARow = 0;
  #trialUnderWay = false;

  constructor(tuning: Tuning, random: Random) {
    this.#tuning = tuning;
    this.#random = random;
  }

  /** 0: a call may go; Infinity: one goes ahead, and its end decides. */
  waitMs(nowMs: number): number {
    return this.#trialUnderWay ? Number.POSITIVE_INFINITY : Math.max(this.#untilMs - nowMs, 0);
  }

  /** A call goes out; true when it goes alone. */
  began(): boolean {
    if (this.#inARow < aloneAfter) return false;
    this.#trialUnderWay = true;
    return true;
  }

  /** A call is over, however it ended. */
  ended(trial: boolean): void {
    if (trial) this.#trialUnderWay = false;
  }

  /** True when it ends a row of rests. Calls sent before the last 429 say nothing about what followed it. */
  succeeded(sentMs: number): boolean {
    if (sentMs < this.#beganMs) return false;
    const resumed = this.#inARow >= aloneAfter;
    this.#inARow = 0;
    return resumed;
  }

  throttled(sentMs: number, retryAfterMs: number | null, nowMs: number): void {
    if (sentMs >= this.#beganMs) {
      this.#inARow += 1;
      this.#beganMs = nowMs;
    }
    const ms = pauseMs({ retryAfterMs, inARow: this.#inARow }, this.#tuning, this.#random);
    this.#untilMs = Math.max(this.#untilMs, nowMs + ms);
  }
}
