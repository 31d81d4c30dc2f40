import type { Tuning } from '../config.ts';
import { fewestReplies, LatencySample } from './latencySample.ts';

/** The limit against what the endpoint works on at once, so that it always has a next one. */
const room = 1.8;
/** Part of the rate before the limit was halved: with less, some of the endpoint is idle, so nothing waits. */
const saturated = 0.8;
/** Replies that are enough in a sample, however they scatter. */
const mostReplies = 200;
const mostRepliesDrained = 20;

/** One call that ended: how long it took, and how many were under way when it was sent, itself included. */
export interface Trip {
  readonly sentMs: number;
  readonly latencyMs: number;
  readonly inflight: number;
  /** Or given up. */
  readonly replied: boolean;
}

/** A new limit; `settled`: a queue was found, so that it is no more a guess. */
export interface Measured {
  readonly limit: number;
  readonly settled: boolean;
}

/**
 * Finds out how many calls an endpoint works on at once where overload is seen in latency only: engines that queue
 * without end. As in TCP Vegas (Brakmo and Peterson 1995) the limit may grow while calls take no longer than in an empty
 * queue, and is held when they do. What they take in an empty queue is measured as BBR does (Cardwell et al. 2016), by
 * emptying it: the limit is halved until replies come less often, so a slower endpoint is not taken for a longer queue.
 */
export class Backlog {
  /** Mean latency without a queue; null before the first reply. */
  #emptyMs: number | null = null;
  #sample = new LatencySample(mostReplies);
  /** Calls sent earlier are not of this sample, and of the others so many are left out, as short ones come first. */
  #fromMs = Number.NEGATIVE_INFINITY;
  #settling = 0;
  /** What it was like before the limit was halved; null while it is not. */
  #before: { readonly limit: number; readonly rate: number } | null = null;
  #first = true;
  #rounds = Number.POSITIVE_INFINITY;
  #most = 0;
  readonly #tuning: Tuning;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  /** How far the limit may grow now. */
  get most(): number {
    return this.#most;
  }

  /** Calls took too long: no growth until latencies tell that there is room. */
  hold(): void {
    this.#most = 0;
  }

  /** The first reply came, and calls go up to `limit`; further at once only where a sample is not many round trips. */
  start(latencyMs: number, limit: number, nowMs: number): void {
    this.#emptyMs = latencyMs;
    this.#most = limit < fewestReplies ? limit : 2 * limit;
    this.#sampleAnew(limit, nowMs);
  }

  /** A call ended with a reply, or without one in its time. Gives a new limit when it is time for one. */
  ended(trip: Trip, limit: number, nowMs: number): Measured | null {
    if (this.#emptyMs === null || trip.sentMs < this.#fromMs) return null;
    if (this.#settling > 0) {
      this.#settling -= 1;
      return null;
    }
    if (trip.replied) this.#sample.replied(trip.latencyMs, trip.inflight);
    else this.#sample.unanswered(trip.latencyMs);
    if (!this.#sample.known) return null;
    return this.#before === null ? this.#look(limit, nowMs) : this.#drained(this.#before, limit, nowMs);
  }

  #look(limit: number, nowMs: number): Measured | null {
    const { meanMs, rate, inflight, count } = this.#sample;
    const { queueLatency, lookRounds } = this.#tuning;
    const longer = meanMs / this.#emptyMs!;
    // The first reply is a single one.
    if (longer < 1 / queueLatency || (this.#first && longer < queueLatency)) this.#emptyMs = meanMs;
    this.#first = false;
    this.#rounds += count / limit;
    this.#sample = new LatencySample(mostReplies);
    // Growth waits for the replies of calls that were sent among as many.
    this.#most = longer < queueLatency ? 2 * inflight : 0;
    if (longer < queueLatency || this.#rounds < lookRounds) return null;
    this.#before = { limit, rate };
    return this.#halve(limit, nowMs);
  }

  #drained(
    before: { readonly limit: number; readonly rate: number },
    limit: number,
    nowMs: number,
  ): Measured {
    const { meanMs, rate } = this.#sample;
    if (rate > saturated * before.rate && limit > 1) return this.#halve(limit, nowMs);
    const next = Math.min(before.limit, room * before.rate * meanMs);
    this.#emptyMs = meanMs;
    this.#before = null;
    this.#rounds = 0;
    this.#most = 2 * next;
    this.#sample = new LatencySample(mostReplies);
    this.#fromMs = Number.NEGATIVE_INFINITY;
    return { limit: next, settled: next < before.limit };
  }

  #halve(limit: number, nowMs: number): Measured {
    const half = Math.max(1, Math.round(limit / 2));
    this.#most = 0;
    this.#sampleAnew(half, nowMs);
    return { limit: half, settled: false };
  }

  /** Only calls from now on, and those after a round trip. */
  #sampleAnew(limit: number, nowMs: number): void {
    this.#sample = new LatencySample(Math.max(mostRepliesDrained, 2 * limit));
    this.#fromMs = nowMs;
    this.#settling = Math.floor(limit);
  }
}
