import type { EndpointConfig, Provider, Tuning } from '../config.ts';
import type { QuotaHeaders, RateHeaders } from '../http/headers.ts';
import { BorneRate } from './borneRate.ts';
import { Limit } from './limit.ts';
import { quotaView } from './quotaView.ts';
import { RanIn } from './ranIn.ts';
import { Spending } from './spending.ts';

/** What was borne in a minute that held rests is a little below what can be: times this. */
const regained = 1.05;

/** Less of what is sent than that does not run in: it is small calls that found room in a minute that is spent. */
const leastRanIn = 0.25;

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

/** Fewer calls a minute than this are no limit but an outage. */
const leastLearned = 60;

/** Both quotas of one endpoint: what a call costs, when it may go, and what replies teach. */
export class Quota {
  readonly #config: EndpointConfig;
  readonly #tuning: Tuning;
  readonly #requests: Limit;
  readonly #tokens: Limit;
  /** Calls a minute that it was seen to bear, where nobody tells; null before it refused one. */
  #learned: Limit | null = null;
  /** Billed prompt tokens per estimated one. */
  #ratio = 1;
  readonly #borne = new BorneRate();
  readonly #ranIn: RanIn;
  readonly #refusals: Spending;
  #takenRequests = 0;
  #takenTokens = 0;

  constructor(config: EndpointConfig, tuning: Tuning, nowMs: number) {
    const { headroomStart: use, headroomMax: maxUse, requestBurstS, tokenBurstS } = tuning;
    const limit = (configured: number | null, burstS: number) => {
      const perMinute = configured === null ? null : configured * config.share;
      return new Limit({ perMinute, burstS, use, maxUse }, tuning, nowMs);
    };
    this.#config = config;
    this.#refusals = new Spending(nowMs);
    this.#ranIn = new RanIn(tuning.ranInMostMs);
    this.#tuning = tuning;
    this.#requests = limit(config.rpm, requestBurstS);
    this.#tokens = limit(config.tpm, tokenBurstS);
  }

  /** Tokens that a call reserves: its prompt, corrected by what was billed before, and its longest output. */
  cost(estimate: number, maxOutput: number): number {
    return estimate * this.#ratio + maxOutput;
  }

  /** How long until a call of `tokens` may go; 0: now. */
  waitMs(tokens: number, nowMs: number): number {
    if (this.#learned !== null && this.#learned.use(nowMs) > this.#tuning.learnedForget) this.#learned = null;
    return Math.max(
      this.#requests.waitMs(1, nowMs),
      this.#tokens.waitMs(tokens, nowMs),
      this.#learned?.waitMs(1, nowMs) ?? 0,
    );
  }

  charge(estimate: number, maxOutput: number, nowMs: number): Charge {
    const tokens = this.cost(estimate, maxOutput);
    this.#requests.take(1, nowMs);
    this.#tokens.take(tokens, nowMs);
    this.#learned?.take(1, nowMs);
    this.#borne.add(1, nowMs);
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
    this.#tokens.give(charge.tokens - promptTokens - output, charge.atMs);
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
    known: Limit,
    { limit, remaining }: QuotaHeaders,
    configured: number | null,
    cost: number,
    takenSince: number,
    ageMs: number,
    nowMs: number,
  ): void {
    // A quota smaller than the one call it answers is a misprint.
    if (limit !== null && limit < cost) return;
    // Azure may tell what remains and not of how much.
    if (limit !== null) known.setPerMinute(Math.min(configured ?? limit, limit) * this.#config.share, nowMs);
    const { perMinute } = known;
    if (perMinute === null || remaining === null) return;
    const ranIn = (ageMs / 60_000) * perMinute;
    known.leftTold(Math.max(remaining * this.#config.share + ranIn - takenSince, 0), nowMs);
  }

  /**
   * Learns from a 429; true when a limit that was known leads to expect it: headers say "none left", or we were
   * spending it fast. That limit is used less from now on. Where none is known, what we were sending becomes one,
   * and what ran in between two refusals corrects it. A trial teaches nothing but that the rest goes on.
   */
  refused(rates: RateHeaders, charge: Charge, trial: boolean, nowMs: number): boolean {
    this.#borne.add(-1, nowMs);
    const ranIn = this.#ranIn.refused(charge);
    const pace = this.#learned?.pace(nowMs) ?? 0;
    if (ranIn !== null && ranIn < pace && ranIn > leastRanIn * pace) {
      this.#learn(ranIn, nowMs);
      return true;
    }
    if (trial) {
      this.#learned?.hold(nowMs);
      return this.#learned !== null;
    }
    const spent = (known: Limit, { limit, remaining }: QuotaHeaders, cost: number) =>
      (known.perMinute ?? limit) !== null && remaining !== null && remaining < cost;
    const byHeaders = [
      ...(spent(this.#requests, rates.requests, 1) ? [this.#requests] : []),
      ...(spent(this.#tokens, rates.tokens, charge.tokens) ? [this.#tokens] : []),
    ];
    const busy = [this.#requests, this.#tokens, this.#learned].filter((limit) => limit?.busy(nowMs));
    const causes = byHeaders.length > 0 ? byHeaders : busy;
    this.#refusals.add(1, nowMs);
    const refused = this.#refusals.at(nowMs) / this.#requests.spent(nowMs);
    for (const limit of causes) limit?.cut(refused, nowMs);
    if (causes.length > 0) return true;
    if (this.#learned !== null) this.#learned.cut(refused, nowMs);
    else if (!this.told) this.#learn(this.#requests.spent(nowMs), nowMs);
    return false;
  }

  /** It takes calls again after a row of rests: it has no more than what it bore in a minute with them, whatever its window. */
  resumed(nowMs: number): void {
    for (const limit of [this.#requests, this.#tokens]) limit.lowerTo(0, nowMs);
    if (this.#learned === null) return;
    this.#learn(Math.min(regained * this.#borne.perMinute(nowMs), this.#learned.pace(nowMs)), nowMs);
  }

  /** What was learned from 429 was no quota. */
  forgetLearned(): void {
    this.#learned = null;
  }

  /** Starts empty: it was just refused. */
  #learn(perMinute: number, nowMs: number): void {
    const burstS = this.#tuning.learnedBurstS;
    const unbounded = { perMinute: null, burstS, use: 1, maxUse: Number.POSITIVE_INFINITY };
    this.#learned = new Limit(unbounded, this.#tuning, nowMs);
    this.#learned.setPerMinute(Math.max(perMinute, leastLearned), nowMs);
  }

  /** Whether headers or the configuration tell one. */
  get told(): boolean {
    return this.#requests.perMinute !== null || this.#tokens.perMinute !== null;
  }

  /** Quotas a minute as used here (own share). */
  get perMinute(): { readonly requests: number | null; readonly tokens: number | null } {
    return { requests: this.#requests.perMinute, tokens: this.#tokens.perMinute };
  }

  /** How it looks from outside; where nobody tells a limit, the one that was learned stands for requests. */
  view(nowMs: number): ReturnType<typeof quotaView> {
    return quotaView({ requests: this.#requests, tokens: this.#tokens, learned: this.#learned }, nowMs);
  }
}
