import { noLog } from '../../../src/base/log.ts';
import { noMetrics } from '../../../src/base/metrics.ts';
import { type Random, seededRandom } from '../../../src/base/random.ts';
import { openScope } from '../../../src/base/scope.ts';
import type { Engine } from '../../../src/llm/call.ts';
import type { EndpointConfig, Tuning } from '../../../src/llm/config.ts';
import { createEngine } from '../../../src/llm/engine.ts';
import type { SendResult } from '../../../src/llm/http/outcome.ts';
import type { Send } from '../../../src/llm/http/send.ts';
import { endpoint, failure, request } from '../setUp.ts';
import { Backend, type BackendSpec } from './backend.ts';
import { type EventClock, eventClock } from './eventClock.ts';

/** What every simulation takes: chance, and constants of the engine to try instead of its own. */
export interface Chance {
  readonly seed: number;
  readonly tuning?: Partial<Tuning>;
}

/** One endpoint: what it is, and what the engine is told of it. */
export interface Party {
  readonly backend: BackendSpec;
  readonly config?: Partial<EndpointConfig>;
}

/** What became of the rows of one job. */
export interface Rows {
  done: number;
  lost: number;
  endedMs: number;
  readonly latenciesMs: number[];
}

/** Real engines against simulated endpoints, in simulated time. */
export interface World {
  readonly clock: EventClock;
  readonly backends: readonly Backend[];
  /** Several servers on the same endpoints; one unless asked for. */
  readonly engines: readonly Engine[];
  /** `outstanding` rows at a time, `count` in all, each with 600 s to live. */
  work(options: { outstanding: number; count?: number; jobId?: string; engine?: number }): Rows;
  /** Ends what is under way. */
  close(): Promise<void>;
}

const rowMs = 600_000;

export function world(parties: readonly Party[], { seed, tuning }: Chance, engineCount = 1): World {
  const clock = eventClock();
  const random = seededRandom(seed);
  const backends = parties.map(
    ({ backend }) => new Backend(backend, clock, seededRandom(random() * 2 ** 32)),
  );
  const names = new Map(backends.map((backend, i) => [`e${i}`, backend]));
  const draw = seededRandom(seed + 1);
  const send: Send = (target, chat, scope) =>
    new Promise((resolve) => {
      let leave = () => {};
      leave = scope.onEnd(({ kind }) => resolve(failure(kind === 'deadline' ? 'timeout' : 'aborted')));
      const question = chat.parameters as unknown as ReturnType<typeof questionOf>;
      const answer = (result: SendResult) => {
        leave();
        resolve(result);
      };
      names.get(target.config.name)!.ask(question, () => scope.ended !== undefined, answer);
    });
  const engines = Array.from({ length: engineCount }, (_, i) =>
    createEngine(
      {
        models: [
          {
            name: 'default',
            price: null,
            endpoints: parties.map(({ backend, config }, at) =>
              endpoint(`e${at}`, {
                provider: backend.refund ? 'openai' : 'azure',
                maxConcurrency: 400,
                ...config,
              }),
            ),
          },
        ],
        attemptMaxMs: 60_000,
        ...(tuning === undefined ? {} : { tuning }),
      },
      { clock, random: seededRandom(seed + 10 + i), metrics: noMetrics, log: noLog, send },
    ),
  );
  let closed = false;
  return {
    clock,
    backends,
    engines,
    work({ outstanding, count = Number.POSITIVE_INFINITY, jobId = 'job', engine = 0 }) {
      const rows: Rows = { done: 0, lost: 0, endedMs: 0, latenciesMs: [] };
      let left = count;
      const worker = async () => {
        while (left > 0 && !closed) {
          left -= 1;
          const bornMs = clock.now();
          const scope = openScope(clock, { deadlineMs: bornMs + rowMs });
          const question = questionOf(draw);
          const asked = request({
            jobId,
            promptTokens: question.estimate,
            maxOutputTokens: question.maxOutputTokens,
            parameters: question as unknown as Readonly<Record<string, unknown>>,
          });
          try {
            await engines[engine]!.chat(asked, scope);
            rows.done += 1;
            rows.latenciesMs.push(clock.now() - bornMs);
          } catch {
            if (!closed) rows.lost += 1;
          }
          scope.dispose();
          rows.endedMs = clock.now();
        }
      };
      for (let i = 0; i < Math.min(outstanding, count); i++) void worker();
      return rows;
    },
    async close() {
      closed = true;
      await Promise.all(engines.map((engine) => engine.close()));
    },
  };
}

/** About 1,000 tokens; the bill is a tenth above the estimate, and noisy. */
function questionOf(random: Random) {
  const estimate = Math.round(600 + 600 * random());
  return {
    estimate,
    promptTokens: Math.round(estimate * (1.05 + 0.1 * random())),
    maxOutputTokens: 100,
    outputTokens: Math.round(20 + 60 * random()),
  };
}

/** The value below which part `p` of `values` lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}
