/** Fewer calls or a shorter time say little about a rate. */
const leastCalls = 10;
const leastMs = 1_000;

/** Where one call stands: when it was sent, and how many were by then. */
interface Place {
  readonly atMs: number;
  readonly takenRequests: number;
}

/**
 * What runs into a quota from one refusal to another: it was spent both times, so it is what was let in between,
 * whatever was sent and however long we rested.
 */
export class RanIn {
  readonly #mostMs: number;
  #from: Place | null = null;
  #refused = 0;

  /** `mostMs`: over a longer time the quota may have been full meanwhile. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** A call was refused. Calls a minute that ran in since an earlier refusal; null where that does not tell. */
  refused(place: Place): number | null {
    const from = this.#from;
    if (from !== null && place.atMs <= from.atMs) return null;
    this.#refused += 1;
    const ms = place.atMs - (from?.atMs ?? Number.NEGATIVE_INFINITY);
    const calls = place.takenRequests - (from?.takenRequests ?? 0) - this.#refused;
    const tells = ms >= leastMs && calls >= leastCalls;
    if (!tells && ms <= this.#mostMs) return null;
    this.#from = place;
    this.#refused = 0;
    return tells && ms <= this.#mostMs ? (calls * 60_000) / ms : null;
  }
}
