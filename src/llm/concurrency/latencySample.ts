/** Replies that a sample takes at least: fewer tell no spread. */
export const fewestReplies = 10;
/** Standard error of a mean that is known well enough to be compared: a seventh. */
const relativeError = 0.15;

/** Replies gathered until their mean latency is known: few where latencies are even, more where they scatter. */
export class LatencySample {
  readonly #most: number;
  #count = 0;
  #sumMs = 0;
  #squares = 0;
  #inflight = 0;
  #unanswered = 0;
  #unansweredMs = 0;

  /** `most`: replies that are enough however they scatter. */
  constructor(most: number) {
    this.#most = Math.max(most, fewestReplies);
  }

  /** `inflight`: requests under way when it was sent, itself included. */
  replied(latencyMs: number, inflight: number): void {
    this.#count += 1;
    this.#sumMs += latencyMs;
    this.#squares += latencyMs ** 2;
    this.#inflight += inflight;
  }

  /** A request was given up after this time: it took the time of those that were answered. */
  unanswered(ms: number): void {
    this.#unanswered += 1;
    this.#unansweredMs += ms;
    this.#squares += ms ** 2;
  }

  /** Replies. */
  get count(): number {
    return this.#count;
  }

  get known(): boolean {
    const ended = this.#count + this.#unanswered;
    if (this.#count === 0 || ended < fewestReplies) return false;
    const variance = (this.#squares * ended) / (this.#sumMs + this.#unansweredMs) ** 2 - 1;
    return variance <= relativeError ** 2 * ended || ended >= this.#most;
  }

  /** Mean time a reply. */
  get meanMs(): number {
    return (this.#sumMs + this.#unansweredMs) / this.#count;
  }

  /** Mean of the requests under way. */
  get inflight(): number {
    return this.#inflight / this.#count;
  }

  /** Replies per ms, by Little's law. */
  get rate(): number {
    return this.inflight / this.meanMs;
  }
}
