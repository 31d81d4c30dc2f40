import type { Tuning } from '../config.ts';
import { Bucket } from './bucket.ts';
import { Headroom } from './headroom.ts';
import { Lately } from './lately.ts';
import { Spending } from './spending.ts';

/** Spending less than this part of a limit, a 429 is about something else. */
const busyPart = 0.5;
/** Spending more than this part of what may be used, it is what binds. */
const bindingPart = 0.9;

export interface LimitOptions {
  /** Null: unknown, and nothing is held back. */
  readonly perMinute: number | null;
  readonly burstS: number;
  /** Part of it to use at first, and the most to use ever. */
  readonly use: number;
  readonly maxUse: number;
}

/** One limit on what is spent a minute: its bucket, how near to it we go, and how fast we spend. */
export class Limit {
  readonly #bucket: Bucket;
  readonly #headroom: Headroom;
  readonly #spent: Spending;
  readonly #lately = new Lately();
  #leftTold = false;

  constructor({ perMinute, burstS, use, maxUse }: LimitOptions, tuning: Tuning, nowMs: number) {
    this.#bucket = new Bucket(perMinute, burstS, 1, nowMs);
    this.#headroom = new Headroom(use, maxUse, tuning, nowMs);
    this.#spent = new Spending(nowMs);
  }

  get perMinute(): number | null {
    return this.#bucket.perMinute;
  }

  /** Part of it that is used now. */
  use(nowMs: number): number {
    return this.#headroom.at(nowMs);
  }

  /** A minute, as it is used now. */
  pace(nowMs: number): number {
    return this.use(nowMs) * (this.perMinute ?? Number.POSITIVE_INFINITY);
  }

  /** What could be spent at once; null while it is unknown. */
  level(nowMs: number): number | null {
    return this.#bucket.level(nowMs, this.use(nowMs));
  }

  waitMs(cost: number, nowMs: number): number {
    return this.#bucket.waitMs(cost, nowMs, this.use(nowMs));
  }

  take(cost: number, nowMs: number): void {
    this.#bucket.take(cost);
    this.#spent.add(cost, nowMs);
    this.#lately.add(cost, nowMs);
    if (this.#leftTold && this.spent(nowMs) >= bindingPart * this.pace(nowMs)) this.#headroom.used(nowMs);
  }

  /** Gives back what was taken too much at that time, or takes (negative) what was taken too little. */
  give(amount: number, takenMs: number): void {
    this.#bucket.give(amount);
    this.#lately.add(-amount, takenMs);
  }

  setPerMinute(perMinute: number, nowMs: number): void {
    this.#bucket.setQuota(perMinute, nowMs, this.use(nowMs));
  }

  /** The other side holds no more than `amount`. */
  lowerTo(amount: number, nowMs: number): void {
    this.level(nowMs);
    this.#bucket.lowerTo(amount);
  }

  /** A reply tells that the other side holds this much. */
  leftTold(amount: number, nowMs: number): void {
    this.#leftTold = true;
    this.lowerTo(amount, nowMs);
  }

  /** A minute, over about the last second. */
  spent(nowMs: number): number {
    return this.#spent.at(nowMs);
  }

  /** Part of it that was spent over about the last ten seconds; null while it is unknown. */
  used(nowMs: number): number | null {
    return this.perMinute === null ? null : this.#lately.perMinute(nowMs) / this.perMinute;
  }

  /** Whether it is used so much that a 429 is to be expected from it. */
  busy(nowMs: number): boolean {
    return this.perMinute !== null && this.spent(nowMs) >= busyPart * this.use(nowMs) * this.perMinute;
  }

  /** Still refused after a rest: it grows no further for the time of that. */
  hold(nowMs: number): void {
    this.#headroom.hold(nowMs);
  }

  /** After a 429 that it explains: nothing is left, and we stay further away from it. `refused`: part of recent calls. */
  cut(refused: number, nowMs: number): void {
    this.#headroom.cut(refused, nowMs);
    this.lowerTo(0, nowMs);
  }
}
