import type { Tuning } from '../config.ts';
import { Beyond } from './beyond.ts';

/** A cut that follows the last one this soon goes by what is refused: the quota is wrong rather than tight. */
const soonMs = 3_000;
/** The most that one cut takes. */
const largestCut = 0.25;

/**
 * What part of a quota is used: cut by 429 at most once a second, little at first and by half of what is refused
 * while they go on, and growing back with the cube of the time since (as CUBIC does, RFC 9438): hardly at first, so that
 * a quota that is tight is met rarely, and from a tenth to all of it within half a minute, when it has come back.
 */
export class Headroom {
  readonly #tuning: Tuning;
  readonly #beyond: Beyond;
  #value: number;
  #cutMs: number;
  #wasCut = false;

  /** `max`: 1 is the whole quota as it is known. */
  constructor(start: number, max: number, tuning: Tuning, nowMs: number) {
    this.#tuning = tuning;
    this.#beyond = new Beyond(max);
    this.#value = start;
    this.#cutMs = nowMs;
  }

  /** Part of the quota to use now. */
  at(nowMs: number): number {
    const quietS = (nowMs - this.#cutMs) / 1_000;
    return Math.min(this.#beyond.max, this.#value + this.#tuning.headroomGrowth * quietS ** 3);
  }

  /** A call goes out while all that may be used is, and replies tell what is left. */
  used(nowMs: number): void {
    if (this.at(nowMs) >= this.#beyond.max) this.#beyond.used(nowMs);
  }

  /** Still refused after a rest: no quiet time has passed. */
  hold(nowMs: number): void {
    this.#cutMs = nowMs;
  }

  /** `refused`: part of the calls of the last second that were. */
  cut(refused: number, nowMs: number): void {
    const quietMs = nowMs - this.#cutMs;
    if (this.#wasCut && quietMs < 1_000) return;
    const { headroomCut, headroomFloor } = this.#tuning;
    const value = this.at(nowMs);
    this.#beyond.refused(value, nowMs);
    const soon = this.#wasCut && quietMs < soonMs;
    const cut = soon ? Math.min(Math.max(refused / 2, headroomCut), largestCut) : headroomCut;
    this.#value = Math.max(headroomFloor, value * (1 - cut));
    this.#wasCut = true;
    this.#cutMs = nowMs;
  }
}
