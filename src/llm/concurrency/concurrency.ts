import type { Tuning } from '../config.ts';
import { Aimd } from './aimd.ts';
import { Backlog, type Trip } from './backlog.ts';

/**
 * How many calls one endpoint may have in flight. Refusals are answered by `Aimd` everywhere; latency (`Backlog`) only
 * where no quota is told, as a quota that is paced leaves no queue.
 */
export class Concurrency {
  readonly #tuning: Tuning;
  readonly #attemptMaxMs: number;
  readonly #aimd: Aimd;
  readonly #backlog: Backlog;
  #replied = false;

  constructor(max: number, told: boolean, tuning: Tuning, attemptMaxMs: number) {
    this.#tuning = tuning;
    this.#attemptMaxMs = attemptMaxMs;
    this.#backlog = new Backlog(tuning);
    const start = told ? tuning.startConcurrency : tuning.firstConcurrency;
    this.#aimd = new Aimd(start, max, tuning.concurrencyCut);
  }

  /** Whole calls. */
  get limit(): number {
    return this.#aimd.limit;
  }

  /** What it is taken to bear when endpoints are compared: one that was not asked yet is no worse than others. */
  get size(): number {
    return this.#replied ? this.limit : this.#tuning.startConcurrency;
  }

  /** A reply, while `inflight` were under way, its own call included. */
  succeeded(trip: Trip, inflight: number, told: boolean, nowMs: number): void {
    if (!this.#replied) this.#start(trip.latencyMs, told, nowMs);
    else if (told) this.#aimd.succeeded(inflight);
    else {
      this.#ended(trip, nowMs);
      this.#aimd.succeeded(inflight, this.#backlog.most);
    }
  }

  /**
   * No reply in the attempt's time. Where calls are not paced that is a long latency, as one that hangs is no queue;
   * but where the longest time there is was not enough, more calls than are worked on in it are under way.
   */
  timedOut(trip: Trip, told: boolean, nowMs: number): void {
    if (!told) this.#ended(trip, nowMs);
    const longest = trip.latencyMs >= this.#attemptMaxMs;
    if (longest) this.#backlog.hold();
    if (told || longest) this.dropped(trip.sentMs, nowMs);
  }

  /** Refused for overload. */
  dropped(sentMs: number, nowMs: number): void {
    this.#aimd.dropped(sentMs, nowMs);
  }

  /** As many as would all be answered in an attempt's time if the endpoint worked on one after the other. */
  #start(latencyMs: number, told: boolean, nowMs: number): void {
    this.#replied = true;
    const most = this.#tuning.startConcurrency;
    const limit = told ? most : Math.max(1, Math.min(most, this.#attemptMaxMs / latencyMs));
    this.#aimd.set(limit, false);
    this.#backlog.start(latencyMs, limit, nowMs);
  }

  #ended(trip: Trip, nowMs: number): void {
    const measured = this.#backlog.ended(trip, this.limit, nowMs);
    if (measured !== null) this.#aimd.set(measured.limit, measured.settled);
  }
}
