import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { ChatRequest, EndpointView } from '../call.ts';
import type { Trip } from '../concurrency/backlog.ts';
import { Chance } from '../concurrency/chance.ts';
import { Concurrency } from '../concurrency/concurrency.ts';
import type { EndpointConfig, Tuning } from '../config.ts';
import type { FailedSend, OkSend } from '../http/outcome.ts';
import { Quota } from '../quota/quota.ts';
import { Access } from './access.ts';
import { Breaker } from './breaker.ts';
import { Cooling } from './cooling.ts';
import type { LatencyWindow } from './latency.ts';
import { Lease } from './lease.ts';
import { Patience } from './patience.ts';
import { Scout } from './scout.ts';

/** What an endpoint needs from around it. */
export interface EndpointPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tuning: Tuning;
  readonly attemptMaxMs: number;
  /** Of all endpoints of the model. */
  readonly modelLatency: LatencyWindow;
}

/** The part of a request that decides when and where it may go. */
export type Load = Pick<ChatRequest, 'promptTokens' | 'maxOutputTokens'>;

/** Who the endpoint tells, and asks before it takes itself out. */
export interface Neighbours {
  /** A permit came free, or the endpoint changed its state. */
  freed(): void;
  /** Whether enough other endpoints of the model are left. */
  mayEject(): boolean;
  /** It failed every call, could not be taken out, and answers again. */
  recovered(): void;
}

/** The state of one deployment: quota, concurrency, breaker, pause. Calls go through leases. */
export class Endpoint {
  readonly model: string;
  readonly config: EndpointConfig;
  readonly quota: Quota;
  readonly access: Access;
  readonly #ports: EndpointPorts;
  readonly #concurrency: Concurrency;
  readonly #breaker: Breaker;
  readonly #cooling: Cooling;
  readonly #chance: Chance;
  readonly #scout: Scout;
  readonly #patience: Patience;
  #neighbours: Neighbours = { freed() {}, mayEject: () => false, recovered() {} };
  #inflight = 0;
  #inflightTokens = 0;

  constructor(model: string, config: EndpointConfig, ports: EndpointPorts) {
    const { tuning } = ports;
    const nowMs = ports.clock.now();
    this.model = model;
    this.config = config;
    this.#ports = ports;
    this.quota = new Quota(config, tuning, nowMs);
    this.access = new Access(model, config, ports.log);
    this.#concurrency = new Concurrency(config.maxConcurrency, this.quota.told, tuning, ports.attemptMaxMs);
    this.#breaker = new Breaker(tuning);
    this.#cooling = new Cooling(tuning, ports.random);
    this.#chance = new Chance(nowMs);
    this.#scout = new Scout(tuning.scoutEveryMs, tuning.startConcurrency);
    const bounds = { minMs: tuning.attemptMinMs, maxMs: ports.attemptMaxMs };
    this.#patience = new Patience(ports.modelLatency, bounds, nowMs);
  }

  join(neighbours: Neighbours): void {
    this.#neighbours = neighbours;
  }

  get out(): Breaker['out'] {
    return this.#breaker.out;
  }

  /** What it does with every call instead of answering, as the end of a sentence; null while it answers. */
  get trouble(): string | null {
    return this.#breaker.trouble;
  }

  /** Whether it fails every call, so that a failure says nothing about the one that met it. */
  get failing(): boolean {
    return this.#breaker.failing;
  }

  /** Another endpoint is back after failing: so may this one be. */
  hurry(): void {
    this.#breaker.hurry();
  }

  /** Refused, and not due for a probe: a call now would have nowhere to go. */
  get refusing(): boolean {
    return this.out?.kind === 'rejected' && this.#breaker.waitMs(this.#ports.clock.now()) > 0;
  }

  /** How long until this load may go: 0 now; Infinity until a lease is settled. */
  waitMs(load: Load): number {
    const nowMs = this.#ports.clock.now();
    const out = this.#breaker.waitMs(nowMs);
    if (out > 0) return Math.max(out, this.#cooling.waitMs(nowMs));
    if (this.#inflight >= this.#breaker.slots(this.#concurrency.limit, nowMs))
      return Number.POSITIVE_INFINITY;
    return Math.max(
      this.quota.told ? 0 : this.#scout.waitMs(nowMs),
      this.#cooling.waitMs(nowMs),
      this.quota.waitMs(this.#cost(load), nowMs),
    );
  }

  /** How full it would be with this load: part of its token quota, or of its concurrency where it has none. */
  fullness(load: Load, byTokens: boolean): number {
    const { tokens } = this.quota.perMinute;
    return byTokens && tokens !== null
      ? (this.#inflightTokens + this.#cost(load)) / tokens
      : (this.#inflight + 1) / this.#concurrency.size;
  }

  #cost(load: Load): number {
    return this.quota.cost(load.promptTokens, load.maxOutputTokens);
  }

  /** Takes a permit and the quota for one request. Ask `waitMs` first. */
  lease(load: Load): Lease {
    const nowMs = this.#ports.clock.now();
    const charge = this.quota.charge(load.promptTokens, load.maxOutputTokens, nowMs);
    this.#scout.began(nowMs);
    this.#inflight += 1;
    this.#inflightTokens += charge.tokens;
    return new Lease(this, nowMs, charge, this.#breaker.began(nowMs), this.#cooling.began(), this.#inflight);
  }

  /** How long an attempt may take, as it looks now, of a call that timed out `timeouts` times before. */
  timeoutMs(timeouts: number): number {
    return this.#patience.timeoutMs(timeouts, this.#ports.clock.now());
  }

  /** Called by a lease, once. */
  settleOk(lease: Lease, { reply, rates }: OkSend): void {
    const nowMs = this.#ports.clock.now();
    this.quota.billed(lease.charge, reply.promptTokens, reply.completionTokens);
    this.quota.heard(rates, lease.charge, nowMs);
    this.#concurrency.succeeded(trip(lease, true, nowMs), this.#inflight, this.quota.told, nowMs);
    this.#patience.answered(nowMs - lease.sentMs, this.#alive(lease, nowMs), nowMs);
    if (this.#cooling.succeeded(lease.sentMs)) this.quota.resumed(nowMs);
    if (!lease.trial) this.#chance.settled(false, nowMs);
    this.#release(lease, true);
  }

  /** Called by a lease, once. True for a 429 that the quota explains. */
  settleDropped(lease: Lease, failure: FailedSend): boolean {
    const nowMs = this.#ports.clock.now();
    const throttled = failure.outcome === 'throttled';
    let explained = false;
    if (throttled) explained = this.#throttled(lease, failure, nowMs);
    else if (failure.outcome === 'rejected') this.#rejected(failure, nowMs);
    else this.#failed(lease, failure, nowMs);
    this.quota.heard(failure.rates, lease.charge, nowMs);
    this.#release(lease, throttled);
    return explained;
  }

  /** Called by a lease, once. */
  settleIgnored(lease: Lease): void {
    this.#breaker.abandoned(lease.turn);
    this.#release(lease, false);
  }

  #release(lease: Lease, answered: boolean): void {
    this.#scout.ended(answered, lease.sentMs, this.#ports.clock.now());
    this.#inflight -= 1;
    this.#inflightTokens -= lease.charge.tokens;
    this.#cooling.ended(lease.trial);
    this.#neighbours.freed();
  }

  /** True when it failed until now. */
  #alive(lease: Lease, nowMs: number): boolean {
    const recovered = this.#breaker.succeeded(lease.turn, nowMs);
    if (!recovered) return false;
    if (!lease.turn.probe) this.#neighbours.recovered();
    this.#ports.log.info('Endpoint is back', { model: this.model, endpoint: this.config.name });
    return true;
  }

  /** True where the quota explains it. */
  #throttled(lease: Lease, failure: FailedSend, nowMs: number): boolean {
    // Whoever says "too many" is alive.
    if (lease.turn.probe) this.#alive(lease, nowMs);
    if (lease.trial) this.#chance.spent(nowMs);
    else this.#chance.settled(true, nowMs);
    if (this.#chance.reigns) {
      this.quota.forgetLearned();
      if (failure.retryAfterMs !== null) this.#cooling.throttled(lease.sentMs, failure.retryAfterMs, nowMs);
      return false;
    }
    const explained = this.quota.refused(failure.rates, lease.charge, lease.trial, nowMs);
    if (!explained && !lease.trial) this.#concurrency.dropped(lease.sentMs, nowMs);
    this.#cooling.throttled(lease.sentMs, failure.retryAfterMs, nowMs);
    return explained;
  }

  #rejected(failure: FailedSend, nowMs: number): void {
    this.access.forgetKey();
    if (!this.#breaker.rejected(failure.reason, nowMs)) return;
    this.#ports.log.error('Endpoint refuses this account, key or address: it gets no calls but a probe', {
      model: this.model,
      endpoint: this.config.name,
      reason: failure.reason,
      probeEveryMs: this.#ports.tuning.rejectedProbeMs,
    });
  }

  #failed(lease: Lease, failure: FailedSend, nowMs: number): void {
    const { outcome, status, reason } = failure;
    // Who fails every call does not fail for having too many.
    if (!this.#breaker.failing) {
      if (outcome === 'timeout') {
        this.#concurrency.timedOut(trip(lease, false, nowMs), this.quota.told, nowMs);
      } else if (status === 503 || status === 529) this.#concurrency.dropped(lease.sentMs, nowMs);
    }
    if (!this.#breaker.failed(lease.turn, reason, nowMs, this.#neighbours.mayEject())) return;
    this.#ports.log.warn('Endpoint ejected: it fails', {
      model: this.model,
      endpoint: this.config.name,
      reason,
    });
  }

  view(): Omit<EndpointView, 'waiting'> {
    const nowMs = this.#ports.clock.now();
    const { out } = this;
    return {
      model: this.model,
      endpoint: this.config.name,
      state: out !== null ? out.kind : this.#cooling.waitMs(nowMs) > 0 ? 'cooling' : 'up',
      inflight: this.#inflight,
      concurrencyLimit: this.#breaker.slots(this.#concurrency.limit, nowMs),
      ...this.quota.view(nowMs),
      latencyMs: this.#patience.medianMs(nowMs),
      reason: this.trouble,
    };
  }
}

const trip = ({ sentMs, inflight }: Lease, replied: boolean, nowMs: number): Trip => ({
  sentMs,
  latencyMs: nowMs - sentMs,
  inflight,
  replied,
});
