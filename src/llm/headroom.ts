import type { Tuning } from './config.ts';

/** How near the quota we go: cut at most once a second by a 429 that the quota explains, creeping back in between. */
export class Headroom {
  readonly #tuning: Tuning;
  #value: number;
  #atMs: number;
  #cutMs = Number.NEGATIVE_INFINITY;

  constructor(tuning: Tuning, nowMs: number) {
    this.#tuning = tuning;
    this.#value = tuning.headroomStart;
    this.#atMs = nowMs;
  }

  /** Part of the quota to use now. */
  at(nowMs: number): number {
    if (nowMs > this.#atMs) {
      const { headroomMax, headroomCreepMs } = this.#tuning;
      const rest = Math.exp((this.#atMs - nowMs) / headroomCreepMs);
      this.#value = headroomMax - (headroomMax - this.#value) * rest;
      this.#atMs = nowMs;
    }
    return this.#value;
  }

  cut(nowMs: number): void {
    if (nowMs - this.#cutMs < 1000) return;
    this.#cutMs = nowMs;
    this.#value = Math.max(this.#tuning.headroomFloor, this.at(nowMs) * this.#tuning.headroomCut);
  }
}
