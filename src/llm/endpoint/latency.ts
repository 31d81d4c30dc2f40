import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Half of the time that a latency is remembered: two histograms take turns. */
const halfMs = 150_000;
/** A percentile is read again at most this often: merging costs more than recording. */
const freshMs = 1_000;

const newHistogram = () => createHistogram({ lowest: 1, highest: 3_600_000, figures: 2 });

/** What a window has seen; percentiles in ms, null before the first sample. */
export interface Latencies {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

const none: Latencies = { count: 0, p50: null, p99: null };

/** Latencies of the last 2.5 to 5 minutes. */
export class LatencyWindow {
  #current: RecordableHistogram = newHistogram();
  #previous: RecordableHistogram = newHistogram();
  #turnedMs: number;
  #readMs = Number.NEGATIVE_INFINITY;
  #read = none;

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

  /** Forgets everything. */
  clear(): void {
    this.#current.reset();
    this.#previous.reset();
    this.#readMs = Number.NEGATIVE_INFINITY;
  }

  /** At most a second old. */
  latencies(nowMs: number): Latencies {
    if (nowMs - this.#readMs < freshMs) return this.#read;
    const both = newHistogram();
    both.add(this.#previous);
    both.add(this.#current);
    const { count } = both;
    this.#readMs = nowMs;
    this.#read = count === 0 ? none : { count, p50: both.percentile(50), p99: both.percentile(99) };
    return this.#read;
  }
}
