import { availableParallelism } from 'node:os';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { type Metrics, noMetrics } from '../base/metrics.ts';
import type { Catalogue } from '../classifier/catalogue.ts';
import type { Engine } from '../llm/call.ts';
import { createEngine } from '../llm/engine.ts';
import type { Settled } from '../pipeline/batch.ts';
import { Flights } from '../pipeline/flights.ts';
import { RecentBatches } from '../pipeline/recentBatches.ts';
import type { Service } from '../service/exchange.ts';
import { createService } from '../service/service.ts';
import { type AnswerStore, noStore } from '../store/store.ts';
import { poolWorkers } from '../workers/pool.ts';
import type { Workers } from '../workers/tasks.ts';
import { engineConfig } from './config/engineConfig.ts';
import type { Config } from './config/load.ts';
import { openKeeper, openStore } from './openStore.ts';
import { version } from './version.ts';

/** Everything that labels, wired together; `serve` puts doors before it, `run` asks it directly. */
export interface Composition {
  readonly service: Service;
  readonly engine: Engine;
  readonly workers: Workers;
  readonly store: AnswerStore;
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** False: answers are neither looked up nor kept. */
  readonly keepAnswers?: boolean;
  /** Prompts and replies are kept although the settings do not say so. */
  readonly keepCalls?: boolean;
}

/** One exchange reads, then writes; twice as many, so that no answer that was paid for is refused a thread. */
const tasksPerExchange = 4;

/** The one place where clock, randomness, threads, sockets and store are chosen. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { config, catalogue, log, metrics = noMetrics, keepAnswers = true, keepCalls = false } = options;
  const clock = systemClock;
  const workers = poolWorkers({
    threads: config.workers === 'auto' ? availableParallelism() : config.workers,
    maxQueue: config.limits.waiting_exchanges * tasksPerExchange,
    clock,
    log,
  });
  const engine = createEngine(engineConfig(config), { clock, random: Math.random, log, metrics });
  const store = keepAnswers ? openStore(config, { clock, log, metrics }) : noStore;
  const records = keepCalls || config.keep !== 'off' ? openKeeper(config, { clock, log, metrics }) : null;
  const byName = new Map(catalogue.list().map((classifier) => [classifier.name, classifier]));
  const close = async () => {
    await Promise.all([engine.close(), workers.close()]);
    // Last: calls that end now may still have answers to keep.
    await Promise.all([store.close(), records?.close()]);
  };
  try {
    const service = await createService({
      version,
      pipeline: {
        classifiers: { list: () => [...byName.values()], get: (name) => byName.get(name) },
        workers,
        engine,
        store,
        records,
        flights: new Flights<Settled>(),
        recent: new RecentBatches(clock),
        clock,
        metrics,
      },
      limits: {
        messageBytes: config.limits.message_bytes,
        batchRows: config.limits.batch_rows,
        inflightBytes: config.limits.inflight_bytes,
        waitingExchanges: config.limits.waiting_exchanges,
      },
      rowMs: config.timeouts.row_s * 1000,
      clock,
      metrics,
    });
    return { service, engine, workers, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}
