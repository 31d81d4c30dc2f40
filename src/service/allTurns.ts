import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import type { Turns } from '../pipeline/turns.ts';
import { type Load, ModelTurns } from './modelTurns.ts';
import { overloaded } from './overloaded.ts';

type Engine = PipelineParts['engine'];

/** The turns at every logical model. */
export class AllTurns {
  readonly #clock: Clock;
  readonly #engine: Engine;
  readonly #rowMs: number;
  readonly #maxWaiting: number;
  readonly #models = new Map<string, ModelTurns>();

  /** `maxWaiting`: batches that may wait for turns; `rowMs`: how long a model may be silent before rows give it up. */
  constructor(clock: Clock, engine: Engine, rowMs: number, maxWaiting: number) {
    this.#clock = clock;
    this.#engine = engine;
    this.#rowMs = rowMs;
    this.#maxWaiting = maxWaiting;
  }

  /** Batches that wait, over all models. */
  get waiting(): number {
    return this.#sum((turns) => turns.waiting);
  }
  waitingOf(jobId: string): number {
    return this.#sum((turns) => turns.waitingOf(jobId));
  }

  /**
   * The turns of one batch. One whose time ends before any of its calls was let in is `not_admitted`, and one too many
   * is `overloaded`: it cost nothing, and may be sent again.
   */
  of(jobId: string, weight: number): Turns {
    const sinceMs = this.#clock.now();
    let started = false;
    return {
      take: async (model, wanted, scope) => {
        if (!started && this.waiting >= this.#maxWaiting) throw overloaded();
        try {
          const count = await this.#at(model).take(jobId, weight, wanted, sinceMs, scope);
          started = true;
          return count;
        } catch (error) {
          if (started || scope.ended?.kind !== 'deadline') throw error;
          throw notAdmitted(scope.ended);
        }
      },
      done: (model, replied) => this.#at(model).done(replied),
    };
  }

  #at(model: string): ModelTurns {
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const turns = new ModelTurns(this.#clock, () => loadOf(this.#engine, model), this.#rowMs);
    this.#models.set(model, turns);
    return turns;
  }

  #sum(count: (turns: ModelTurns) => number): number {
    let sum = 0;
    for (const turns of this.#models.values()) sum += count(turns);
    return sum;
  }
}

/** The client's time was over before anything was asked for its batch. */
export function notAdmitted(cause: SemtelError): SemtelError {
  const words = 'The deadline passed while the batch waited for admission.';
  return new SemtelError('not_admitted', words, { retryable: true, cause });
}

function loadOf(engine: Engine, model: string): Load {
  const load: { -readonly [Name in keyof Load]: Load[Name] } = { inflight: 0, limit: 0, trouble: null };
  for (const endpoint of engine.view()) {
    if (endpoint.model !== model) continue;
    if (endpoint.reason !== null) load.trouble ??= `endpoint "${endpoint.endpoint}" ${endpoint.reason}`;
    load.inflight += endpoint.inflight;
    if (endpoint.state === 'up' || endpoint.state === 'cooling')
      load.limit += Math.floor(endpoint.concurrencyLimit);
  }
  return load;
}
