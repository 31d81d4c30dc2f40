import type { Clock } from '../../base/clock.ts';
import { SemtelError } from '../../base/error.ts';
import type { Random } from '../../base/random.ts';
import type { Scope } from '../../base/scope.ts';
import type { ChatRequest } from '../call.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Lease } from '../endpoint/lease.ts';
import { FairQueue } from './fairQueue.ts';
import { route } from './route.ts';

interface Waiter {
  readonly request: ChatRequest;
  readonly tried: ReadonlySet<Endpoint>;
  resolve(lease: Lease): void;
  reject(error: SemtelError): void;
}

/** Hands the endpoints of one logical model to those who wait, in the fair queue's order and nobody out of turn. */
export class Dispatcher {
  readonly #endpoints: readonly Endpoint[];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #queue: FairQueue<Waiter>;
  /** Wakes the queue when the first endpoint is ready again. */
  #alarm: { readonly atMs: number; readonly stop: () => void } | null = null;

  constructor(endpoints: readonly Endpoint[], quantum: number, clock: Clock, random: Random) {
    this.#endpoints = endpoints;
    this.#clock = clock;
    this.#random = random;
    this.#queue = new FairQueue(quantum);
    const neighbours = {
      freed: () => this.#dispatch(),
      mayEject: () => this.#mayEject(),
      recovered() {
        for (const endpoint of endpoints) endpoint.hurry();
      },
    };
    for (const endpoint of endpoints) endpoint.join(neighbours);
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** What one of the endpoints does instead of answering, in words; null while all answer. */
  get trouble(): string | null {
    const failing = this.#endpoints.find(({ trouble }) => trouble !== null);
    return failing === undefined ? null : `endpoint "${failing.config.name}" ${failing.trouble}`;
  }

  /** Why every endpoint refuses us; null while one may be asked. */
  get refusal(): string | null {
    if (!this.#endpoints.every((endpoint) => endpoint.refusing)) return null;
    return this.#endpoints.map(({ config, out }) => `${config.name} ${out?.reason ?? ''}`).join('; ');
  }

  /**
   * Waits for a lease. `again`: at the head of the job's queue. Rejects with the scope's reason when it ends first,
   * and with `endpoints_rejected` when no endpoint is left.
   */
  lease(request: ChatRequest, scope: Scope, tried: ReadonlySet<Endpoint>, again: boolean): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (scope.ended !== undefined) {
        reject(scope.ended);
        return;
      }
      let leave = () => {};
      const waiter: Waiter = {
        request,
        tried,
        resolve(lease) {
          leave();
          resolve(lease);
        },
        reject(error) {
          leave();
          reject(error);
        },
      };
      const cost = request.promptTokens + request.maxOutputTokens;
      const ticket = this.#queue.push(waiter, cost, request.jobId, request.weight, again);
      this.#dispatch();
      if (!ticket.queued) return;
      leave = scope.onEnd((reason) => {
        this.#queue.remove(ticket);
        reject(reason);
        this.#dispatch();
      });
    });
  }

  #dispatch(): void {
    for (let waiter = this.#queue.peek(); waiter !== undefined; waiter = this.#queue.peek()) {
      const { endpoint, waitMs } = route(this.#endpoints, waiter.request, waiter.tried, this.#random);
      if (endpoint === null) {
        if (this.#endpoints.every(({ refusing }) => refusing)) break;
        this.#wakeIn(waitMs);
        return;
      }
      this.#queue.shift();
      waiter.resolve(endpoint.lease(waiter.request));
    }
    this.#stopAlarm();
    if (this.#queue.size > 0) this.#refuseAll();
  }

  #refuseAll(): void {
    const reason = `Every endpoint of the model refuses us: ${this.refusal}.`;
    for (const waiter of this.#queue.drain()) waiter.reject(new SemtelError('endpoints_rejected', reason));
  }

  /** Keeps an alarm that rings early: it is cheaper to look once more than to set it anew for every waiter. */
  #wakeIn(waitMs: number): void {
    // Timers count whole ms: rounding down would wake it for nothing.
    const ms = Math.ceil(waitMs);
    const atMs = this.#clock.now() + ms;
    if (ms === Number.POSITIVE_INFINITY || (this.#alarm !== null && this.#alarm.atMs <= atMs)) return;
    this.#stopAlarm();
    const stop = this.#clock.after(ms, () => {
      this.#alarm = null;
      this.#dispatch();
    });
    this.#alarm = { atMs, stop };
  }

  #stopAlarm(): void {
    this.#alarm?.stop();
    this.#alarm = null;
  }

  /** Envoy's bound: never more than half out, never the last. */
  #mayEject(): boolean {
    const out = this.#endpoints.filter((endpoint) => endpoint.out !== null).length;
    return out + 1 <= this.#endpoints.length / 2;
  }
}
