import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Half of the time that a latency is remembered: two histograms take turns. */
const halfMs = 150_000;
/** A percentile is read again at most this often: merging costs more than recording. */
const freshMs = 1_000;
/** Fewer say nothing about a 99th percentile. */
const minSamples = 20;

const newHistogram = () => createHistogram({ lowest: 1, highest: 3_600_000, figures: 2 });

/** Latencies of the last 2.5 to 5 minutes. */
export class LatencyWindow {
  #current: RecordableHistogram = newHistogram();
  #previous: RecordableHistogram = newHistogram();
  #turnedMs: number;
  #readMs = Number.NEGATIVE_INFINITY;
  #read: { p50: number | null; p99: number | null } = { p50: null, p99: null };

  constructor(nowMs: number) {
    this.#turnedMs = nowMs;
  }

  record(latencyMs: number, nowMs: number): void {
    if (nowMs - this.#turnedMs >= halfMs) {
      this.#previous = this.#current;
      this.#current = newHistogram();
      this.#turnedMs = nowMs;
    }
    this.#current.record(Math.min(Math.max(Math.round(latencyMs), 1), 3_600_000));
  }

  /** Milliseconds, at most a second old; p50 is null before the first sample, p99 before the twentieth. */
  percentiles(nowMs: number): { readonly p50: number | null; readonly p99: number | null } {
    if (nowMs - this.#readMs < freshMs) return this.#read;
    const both = newHistogram();
    both.add(this.#previous);
    both.add(this.#current);
    this.#readMs = nowMs;
    this.#read = {
      p50: both.count === 0 ? null : both.percentile(50),
      p99: both.count < minSamples ? null : both.percentile(99),
    };
    return this.#read;
  }
}

/** Attempt timeout (Vector): twice the 99th percentile within bounds; the longest while it is unknown. */
export function attemptTimeoutMs(p99: number | null, minMs: number, maxMs: number): number {
  return p99 === null ? maxMs : Math.min(Math.max(2 * p99, Math.min(minMs, maxMs)), maxMs);
}
