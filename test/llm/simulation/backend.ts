import type { Clock } from '../../../src/base/clock.ts';
import type { Random } from '../../../src/base/random.ts';
import { noRateHeaders, type QuotaHeaders } from '../../../src/llm/http/headers.ts';
import type { SendResult } from '../../../src/llm/http/outcome.ts';
import { failure, ok } from '../setUp.ts';
import { type QuotaWindow, quotaWindow, type WindowKind } from './quotaWindow.ts';

/** A prime, so that stalls fall anywhere in the windows of a quota. */
const stallEveryMs = 4_999;
const stallMs = 20;

/** What one simulated endpoint is like. */
export interface BackendSpec {
  /** Tokens and requests a minute; absent: no quota. */
  readonly tpm?: number;
  readonly rpm?: number;
  readonly window?: WindowKind;
  /** Whether reserved output that was not written is given back. */
  readonly refund?: boolean;
  /** Whether replies tell limit and remaining. */
  readonly headers?: boolean;
  /** Whether a 429 tells when to come again; absent: where headers tell the rest. */
  readonly retryAfter?: boolean;
  /** Requests worked on at a time, the others queue without end; absent: all. */
  readonly slots?: number;
  /** More under way than this are refused with a bare 429; absent: none. */
  readonly refusesBeyond?: number;
  /** Part of the requests that is refused with a bare 429 whatever else; absent: none. */
  readonly busy?: number;
  /** Median of the time that a request is worked on, and its logarithm's standard deviation. */
  readonly latencyMs?: number;
  readonly sigma?: number;
  /** Stretches the work by how many are under way. */
  readonly stretch?: (inflight: number) => number;
}

export type Mood = 'up' | 'black hole' | 'reset' | '500' | 'slow';

/** A request as the endpoint sees it. */
export interface Question {
  readonly promptTokens: number;
  readonly maxOutputTokens: number;
  readonly outputTokens: number;
}

/** What happened in one second. */
interface Second {
  sent: number;
  refused: number;
  answered: number;
  /** Of the quotas, after refunds. */
  tokens: number;
  requests: number;
  busyMs: number;
}

/** One simulated endpoint and its books; it knows nothing of the engine but the shape of its replies. */
export class Backend {
  mood: Mood = 'up';
  latencyMs: number;
  /** Part of requests that are never answered. */
  hangs = 0;
  /** Part of requests that are answered 500. */
  fails = 0;
  readonly seconds: Second[] = [];
  readonly tokens: QuotaWindow | null;
  readonly requests: QuotaWindow | null;
  readonly #spec: BackendSpec;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting: { readonly gaveUp: () => boolean; work(): void }[] = [];
  #inflight = 0;
  #working = 0;

  constructor(spec: BackendSpec, clock: Clock, random: Random) {
    const window = (perMinute: number | undefined) =>
      perMinute === undefined ? null : quotaWindow(spec.window ?? 'continuous', perMinute);
    this.#spec = spec;
    this.#clock = clock;
    this.#random = random;
    this.latencyMs = spec.latencyMs ?? 500;
    this.tokens = window(spec.tpm);
    this.requests = window(spec.rpm);
  }

  /** Who gave up before their turn came are not worked on, as self-hosted engines do. */
  ask(question: Question, gaveUp: () => boolean, answer: (result: SendResult) => void): void {
    this.#at(this.#clock.now()).sent += 1;
    const reply = (result: SendResult) => this.#clock.after(this.#networkMs(), () => answer(result));
    this.#clock.after(this.#networkMs(), () => this.#arrived(question, gaveUp, reply));
  }

  /** Each way takes 5 to 15 ms; and now and then, as event loops do, everything stands still and then comes at once. */
  #networkMs(): number {
    const ms = 5 + 10 * this.#random();
    const intoPeriodMs = (this.#clock.now() + ms) % stallEveryMs;
    return intoPeriodMs < stallMs ? ms + stallMs - intoPeriodMs : ms;
  }

  #arrived(question: Question, gaveUp: () => boolean, reply: (result: SendResult) => void): void {
    if (this.mood === 'black hole' || (this.hangs > 0 && this.#random() < this.hangs)) return;
    if (this.mood === 'reset') {
      reply(failure('connection'));
      return;
    }
    if (this.mood === '500' || (this.fails > 0 && this.#random() < this.fails)) {
      reply(failure('server_error', { status: 500 }));
      return;
    }
    if (this.#spec.busy !== undefined && this.#random() < this.#spec.busy) {
      reply(failure('throttled', { status: 429 }));
      return;
    }
    const nowMs = this.#clock.now();
    const reserved = question.promptTokens + question.maxOutputTokens;
    const waitMs = Math.max(
      this.tokens?.waitMs(reserved, nowMs) ?? 0,
      this.requests?.waitMs(1, nowMs) ?? 0,
      this.#inflight >= (this.#spec.refusesBeyond ?? Number.POSITIVE_INFINITY) ? 1 : 0,
    );
    if (waitMs > 0) {
      this.#at(nowMs).refused += 1;
      const told = this.#spec.retryAfter ?? this.#spec.headers ?? false;
      const retryAfterMs = told ? Math.ceil(waitMs) : null;
      reply(failure('throttled', { status: 429, retryAfterMs, rates: this.#rates(nowMs) }));
      return;
    }
    const entry = this.tokens?.take(reserved, nowMs);
    this.requests?.take(1, nowMs);
    const second = this.#at(nowMs);
    second.tokens += reserved;
    second.requests += 1;
    const rates = this.#rates(nowMs);
    this.#inflight += 1;
    this.#work(gaveUp, () => {
      this.#inflight -= 1;
      const doneMs = this.#clock.now();
      this.#at(doneMs).answered += 1;
      const unused = question.maxOutputTokens - question.outputTokens;
      if (this.#spec.refund && entry !== undefined) {
        this.tokens?.giveBack(entry, unused, doneMs);
        second.tokens -= unused;
      }
      const usage = { promptTokens: question.promptTokens, completionTokens: question.outputTokens };
      reply({ ...ok(usage), rates });
    });
  }

  #work(gaveUp: () => boolean, done: () => void): void {
    if (this.#working >= (this.#spec.slots ?? Number.POSITIVE_INFINITY)) {
      this.#waiting.push({ gaveUp, work: () => this.#work(gaveUp, done) });
      return;
    }
    this.#working += 1;
    const stretch = this.#spec.stretch?.(this.#inflight) ?? 1;
    const slow = this.mood === 'slow' ? 1_000 : 1;
    const ms = this.latencyMs * stretch * slow * Math.exp((this.#spec.sigma ?? 0.3) * this.#normal());
    this.#at(this.#clock.now()).busyMs += ms;
    this.#clock.after(ms, () => {
      this.#working -= 1;
      done();
      this.#next();
    });
  }

  #next(): void {
    let next = this.#waiting.shift();
    for (; next?.gaveUp(); next = this.#waiting.shift()) this.#inflight -= 1;
    next?.work();
  }

  /** Box and Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  #rates(nowMs: number) {
    if (!this.#spec.headers) return noRateHeaders;
    const of = (window: QuotaWindow | null): QuotaHeaders =>
      window === null
        ? { limit: null, remaining: null }
        : { limit: window.perMinute, remaining: Math.max(0, Math.floor(window.remaining(nowMs))) };
    return { requests: of(this.requests), tokens: of(this.tokens) };
  }

  #at(nowMs: number): Second {
    const index = Math.floor(nowMs / 1_000);
    while (this.seconds.length <= index) {
      this.seconds.push({ sent: 0, refused: 0, answered: 0, tokens: 0, requests: 0, busyMs: 0 });
    }
    return this.seconds[index]!;
  }

  /** Sum of one column from second `from` up to `to`. */
  sum(what: keyof Second, fromS: number, toS: number): number {
    return this.seconds.slice(fromS, toS).reduce((total, second) => total + second[what], 0);
  }

  /** Part of the calls from second `from` up to `to` that were refused. */
  refusedPart(fromS: number, toS: number): number {
    return this.sum('refused', fromS, toS) / Math.max(1, this.sum('sent', fromS, toS));
  }

  /** Part of the binding quota (or of the slots) that was used from second `from` up to `to`, at its present size. */
  share(fromS: number, toS: number): number {
    const minutes = (toS - fromS) / 60;
    const { slots } = this.#spec;
    const parts = [
      this.tokens === null ? 0 : this.sum('tokens', fromS, toS) / (this.tokens.perMinute * minutes),
      this.requests === null ? 0 : this.sum('requests', fromS, toS) / (this.requests.perMinute * minutes),
      slots === undefined ? 0 : this.sum('busyMs', fromS, toS) / (slots * minutes * 60_000),
    ];
    return Math.max(...parts);
  }
}
