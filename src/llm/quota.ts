import { Bucket } from './bucket.ts';
import type { EndpointConfig, Provider, Tuning } from './config.ts';
import type { QuotaHeaders, RateHeaders } from './headers.ts';
import { Headroom } from './headroom.ts';

/** What a call was charged, and where the running totals stood then. */
export interface Charge {
  readonly estimate: number;
  readonly maxOutput: number;
  readonly tokens: number;
  readonly atMs: number;
  readonly takenRequests: number;
  readonly takenTokens: number;
}

/** Whether output that was reserved and not written goes back to the quota. Azure reserves on arrival for good. */
const refunds: Record<Provider, boolean> = { openai: true, azure: false, anthropic: true, other: false };

/** The slow average of billed / estimated moves by this part a call. */
const ratioStep = 0.05;

/** Both quotas of one endpoint: what a call costs, when it may go, and what replies teach. */
export class Quota {
  readonly #config: EndpointConfig;
  readonly #headroom: Headroom;
  readonly #requests: Bucket;
  readonly #tokens: Bucket;
  /** Billed prompt tokens per estimated one. */
  #ratio = 1;
  #takenRequests = 0;
  #takenTokens = 0;

  constructor(config: EndpointConfig, tuning: Tuning, nowMs: number) {
    const own = (perMinute: number | null) => (perMinute === null ? null : perMinute * config.share);
    this.#config = config;
    this.#headroom = new Headroom(tuning, nowMs);
    this.#requests = new Bucket(own(config.rpm), tuning.requestBurstS, 1, nowMs);
    this.#tokens = new Bucket(own(config.tpm), tuning.tokenBurstS, 1, nowMs);
  }

  /** Tokens that a call reserves: its prompt, corrected by what was billed before, and its longest output. */
  cost(estimate: number, maxOutput: number): number {
    return estimate * this.#ratio + maxOutput;
  }

  /** How long until a call of `tokens` may go; 0: now. */
  waitMs(tokens: number, nowMs: number): number {
    const use = this.#headroom.at(nowMs);
    return Math.max(this.#requests.waitMs(1, nowMs, use), this.#tokens.waitMs(tokens, nowMs, use));
  }

  charge(estimate: number, maxOutput: number, nowMs: number): Charge {
    const tokens = this.cost(estimate, maxOutput);
    this.#requests.take(1);
    this.#tokens.take(tokens);
    this.#takenRequests += 1;
    this.#takenTokens += tokens;
    return {
      estimate,
      maxOutput,
      tokens,
      atMs: nowMs,
      takenRequests: this.#takenRequests,
      takenTokens: this.#takenTokens,
    };
  }

  /** Corrects a charge by the bill. */
  billed(charge: Charge, promptTokens: number, completionTokens: number): void {
    if (promptTokens === 0) return;
    const output = refunds[this.#config.provider] ? completionTokens : charge.maxOutput;
    this.#tokens.give(charge.tokens - promptTokens - output);
    if (charge.estimate <= 0) return;
    const ratio = Math.min(Math.max(promptTokens / charge.estimate, 0.5), 3);
    this.#ratio += (ratio - this.#ratio) * ratioStep;
  }

  /**
   * Takes over what a reply's headers say, if it is less than we think: what was left when its request arrived, plus
   * what ran in since, less what was sent since.
   */
  heard(rates: RateHeaders, charge: Charge, nowMs: number): void {
    const { rpm, tpm } = this.#config;
    const sentSince = this.#takenRequests - charge.takenRequests;
    const tokensSince = this.#takenTokens - charge.takenTokens;
    const ageMs = nowMs - charge.atMs;
    this.#follow(this.#requests, rates.requests, rpm, 1, sentSince, ageMs, nowMs);
    this.#follow(this.#tokens, rates.tokens, tpm, charge.tokens, tokensSince, ageMs, nowMs);
  }

  #follow(
    bucket: Bucket,
    { limit, remaining }: QuotaHeaders,
    configured: number | null,
    cost: number,
    takenSince: number,
    ageMs: number,
    nowMs: number,
  ): void {
    // A quota smaller than the one call it answers is a misprint.
    if (limit === null || limit < cost) return;
    const use = this.#headroom.at(nowMs);
    const perMinute = Math.min(configured ?? limit, limit) * this.#config.share;
    bucket.setQuota(perMinute, nowMs, use);
    if (remaining === null) return;
    bucket.level(nowMs, use);
    const ranIn = (ageMs / 60_000) * perMinute;
    bucket.lowerTo(Math.max(remaining * this.#config.share + ranIn - takenSince, 0));
  }

  /** Whether a 429 is what the quota leads to expect: its headers say "none left", or our own bucket ran low. */
  explains(rates: RateHeaders, charge: Charge, nowMs: number): boolean {
    const spent = ({ remaining }: QuotaHeaders, cost: number) => remaining !== null && remaining < cost;
    if (spent(rates.requests, 1) || spent(rates.tokens, charge.tokens)) return true;
    const use = this.#headroom.at(nowMs);
    return [this.#requests, this.#tokens].some((bucket) => {
      const level = bucket.level(nowMs, use);
      return level !== null && level < bucket.capacity / 2;
    });
  }

  /** After a 429 that the quota explains: stay further away from it. */
  cut(nowMs: number): void {
    this.#headroom.cut(nowMs);
  }

  /** Quotas a minute as used here (own share). */
  get perMinute(): { readonly requests: number | null; readonly tokens: number | null } {
    return { requests: this.#requests.perMinute, tokens: this.#tokens.perMinute };
  }

  level(nowMs: number): { readonly requests: number | null; readonly tokens: number | null } {
    const use = this.#headroom.at(nowMs);
    return { requests: this.#requests.level(nowMs, use), tokens: this.#tokens.level(nowMs, use) };
  }
}
