import { LatencyWindow } from './latency.ts';

/** Fewer latencies say little about a 99th percentile. */
const enough = 20;
/** Times the 99th percentile (Vector). */
const timesMany = 2;
/** Times the longest of a few, or of a sibling's: in a queue each batch takes one batch longer than the last. */
const timesFew = 4;
/** With each timeout of a call: the tenth attempt of 5 s may take 53 s, those that a short outage meets not much more. */
const growth = 1.3;

export interface PatienceBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long an attempt at one endpoint may take, by what its answers took; while there are few, also by what its
 * siblings' took; the longest while nothing is known. To be asked again while an attempt is under way.
 */
export class Patience {
  readonly #own: LatencyWindow;
  readonly #model: LatencyWindow;
  readonly #bounds: PatienceBounds;

  /** `model`: the answers of all endpoints of the logical model, this one included. */
  constructor(model: LatencyWindow, { minMs, maxMs }: PatienceBounds, nowMs: number) {
    this.#own = new LatencyWindow(nowMs);
    this.#model = model;
    this.#bounds = { minMs: Math.min(minMs, maxMs), maxMs };
  }

  /** `anew`: the first answer after nothing but failures; what was before says nothing about what comes. */
  answered(latencyMs: number, anew: boolean, nowMs: number): void {
    if (anew) this.#own.clear();
    this.#own.record(latencyMs, nowMs);
    this.#model.record(latencyMs, nowMs);
  }

  /** For a call that timed out `timeouts` times before: it may be slow by itself, or all may have become slow. */
  timeoutMs(timeouts: number, nowMs: number): number {
    const own = this.#own.latencies(nowMs);
    const few = own.count < enough;
    const longest = few ? Math.max(own.p99 ?? 0, this.#model.latencies(nowMs).p99 ?? 0) : own.p99!;
    const { minMs, maxMs } = this.#bounds;
    if (longest === 0) return maxMs;
    const usual = Math.max(longest * (few ? timesFew : timesMany), minMs);
    return Math.min(usual * growth ** timeouts, maxMs);
  }

  /** Of recent answers; null before the first. */
  medianMs(nowMs: number): number | null {
    return this.#own.latencies(nowMs).p50;
  }
}
