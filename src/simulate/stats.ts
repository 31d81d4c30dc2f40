import { type FaultName, faultNames } from './faults.ts';
import { Peak } from './peak.ts';
import type { Unit } from './quota/quota.ts';
import type { Ending } from './repeats.ts';

/** One call that the quota refused. */
export interface Refused {
  /** On the simulator's clock. */
  readonly at_ms: number;
  readonly unit: Unit;
  readonly requested: number;
  readonly remaining: number;
  /** Null when the call is larger than the whole limit. */
  readonly retry_after_ms: number | null;
}

interface WindowMaximum {
  readonly requests: number;
  readonly tokens: number;
}

/** What happened at one endpoint since the start or the last reset. Times are the simulator's clock. */
export interface EndpointStats {
  readonly requests: number;
  /** Answered 200, spoilt replies included. */
  readonly ok: number;
  /** Refused 429 by the quota; those drawn as the fault 429 are under `faults`. */
  readonly throttled: number;
  /** Answered 4xx because the request itself was wrong. */
  readonly invalid: number;
  /** The client went before the answer. */
  readonly aborted: number;
  readonly faults: Readonly<Record<FaultName, number>>;
  /** Requests that ended, answered or aborted, after one with the same body had ended so; 0 unless these are counted. */
  readonly repeated: Readonly<Record<Ending, number>>;
  /** Billed. */
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens: number;
  /** Taken from the quota on arrival, and given back of that. */
  readonly reserved_tokens: number;
  readonly refunded_tokens: number;
  readonly in_flight: number;
  readonly peak_in_flight: number;
  /** Of those in flight: waiting for a slot. */
  readonly queued: number;
  readonly first_request_ms: number | null;
  readonly last_request_ms: number | null;
  /** The most requests and reserved tokens that the quota admitted in any window of this length. */
  readonly admitted_max: Readonly<Record<'1s' | '10s' | '1m', WindowMaximum>>;
  /** The last hundred refusals of the quota. */
  readonly refused: readonly Refused[];
}

const refusedKept = 100;

interface WindowPeaks {
  readonly requests: Peak;
  readonly tokens: Peak;
}
const windowPeaks = (ms: number): WindowPeaks => ({ requests: new Peak(ms), tokens: new Peak(ms) });
const maximum = ({ requests, tokens }: WindowPeaks): WindowMaximum => ({
  requests: requests.max,
  tokens: tokens.max,
});

/** Counts what happens at one endpoint. */
export class Recorder {
  readonly #counts = {
    requests: 0,
    ok: 0,
    throttled: 0,
    invalid: 0,
    aborted: 0,
    prompt_tokens: 0,
    completion_tokens: 0,
    cached_tokens: 0,
    reserved_tokens: 0,
    refunded_tokens: 0,
    in_flight: 0,
    peak_in_flight: 0,
  };
  readonly #faults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>;
  readonly #repeated: Record<Ending, number> = { answered: 0, aborted: 0 };
  readonly #peaks = { '1s': windowPeaks(1_000), '10s': windowPeaks(10_000), '1m': windowPeaks(60_000) };
  readonly #refused: Refused[] = [];
  #firstMs: number | null = null;
  #lastMs: number | null = null;

  arrived(nowMs: number): void {
    const counts = this.#counts;
    counts.requests++;
    counts.in_flight++;
    counts.peak_in_flight = Math.max(counts.peak_in_flight, counts.in_flight);
    this.#firstMs ??= nowMs;
    this.#lastMs = nowMs;
  }

  left(): void {
    this.#counts.in_flight--;
  }

  count(what: 'ok' | 'invalid' | 'aborted'): void {
    this.#counts[what]++;
  }

  fault(name: FaultName): void {
    this.#faults[name]++;
  }

  repeated(before: Ending): void {
    this.#repeated[before]++;
  }

  admitted(tokens: number, nowMs: number): void {
    this.#counts.reserved_tokens += tokens;
    for (const { requests, tokens: tokenPeak } of Object.values(this.#peaks)) {
      requests.add(1, nowMs);
      tokenPeak.add(tokens, nowMs);
    }
  }

  refunded(tokens: number): void {
    this.#counts.refunded_tokens += tokens;
  }

  throttled(refused: Refused): void {
    this.#counts.throttled++;
    this.#refused.push(refused);
    if (this.#refused.length > refusedKept) this.#refused.shift();
  }

  billed(tokens: { prompt: number; completion: number; cached: number }): void {
    this.#counts.prompt_tokens += tokens.prompt;
    this.#counts.completion_tokens += tokens.completion;
    this.#counts.cached_tokens += tokens.cached;
  }

  snapshot(queued: number): EndpointStats {
    const { '1s': second, '10s': tenSeconds, '1m': minute } = this.#peaks;
    return {
      ...this.#counts,
      queued,
      faults: { ...this.#faults },
      repeated: { ...this.#repeated },
      first_request_ms: this.#firstMs,
      last_request_ms: this.#lastMs,
      admitted_max: { '1s': maximum(second), '10s': maximum(tenSeconds), '1m': maximum(minute) },
      refused: [...this.#refused],
    };
  }
}
