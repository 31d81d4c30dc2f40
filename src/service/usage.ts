import type { Answer } from '../base/answer.ts';
import type { Clock } from '../base/clock.ts';
import { Rate } from './rate.ts';

/** Long enough for a quota checked over 10 s windows, short enough to follow. */
const memoryMs = 10_000;

/** What every endpoint was billed lately, as its answers tell, by endpoint name. */
export class Usage {
  readonly #clock: Clock;
  readonly #endpoints = new Map<string, { readonly requests: Rate; readonly tokens: Rate }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ source, endpoint, attempts, promptTokens, completionTokens }: Answer): void {
    if (source !== 'llm' || endpoint === null) return;
    let rates = this.#endpoints.get(endpoint);
    if (rates === undefined) {
      rates = { requests: new Rate(this.#clock, memoryMs), tokens: new Rate(this.#clock, memoryMs) };
      this.#endpoints.set(endpoint, rates);
    }
    rates.requests.add(attempts);
    rates.tokens.add(promptTokens + completionTokens);
  }

  /** A minute, at the pace of the last ten seconds. */
  perMinute(endpoint: string, unit: 'requests' | 'tokens'): number {
    return (this.#endpoints.get(endpoint)?.[unit].perSecond ?? 0) * 60;
  }
}
