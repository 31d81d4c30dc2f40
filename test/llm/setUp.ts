import { type Log, noLog } from '../../src/base/log.ts';
import { type Metrics, noMetrics } from '../../src/base/metrics.ts';
import { type OwnedScope, openScope } from '../../src/base/scope.ts';
import type { ChatRequest, Engine } from '../../src/llm/call.ts';
import type { EndpointConfig, EngineConfig } from '../../src/llm/config.ts';
import { createEngine } from '../../src/llm/engine.ts';
import type { Failure } from '../../src/llm/failure.ts';
import { noRateHeaders } from '../../src/llm/http/headers.ts';
import type { FailedSend, OkSend, SendResult } from '../../src/llm/http/outcome.ts';
import type { Send, Target } from '../../src/llm/http/send.ts';
import { type FakeClock, fakeClock } from '../fakeClock.ts';

export function endpoint(name: string, more: Partial<EndpointConfig> = {}): EndpointConfig {
  return {
    name,
    baseUrl: `http://${name}.test/v1`,
    model: 'm',
    apiKey: () => `key-of-${name}`,
    headers: {},
    query: {},
    provider: 'other',
    tpm: null,
    rpm: null,
    maxConcurrency: 100,
    share: 1,
    priority: 0,
    structured: 'json_schema',
    request: {},
    ...more,
  };
}

export function request(more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'default',
    messages: () => [{ role: 'user', content: 'secret words of the user' }],
    maxOutputTokens: 10,
    parameters: {},
    responseSchema: { name: 'topic', schema: { type: 'object' } },
    promptTokens: 90,
    jobId: 'job',
    weight: 1,
    ...more,
  };
}

export const ok = (more: Partial<OkSend['reply']> = {}): OkSend => ({
  outcome: 'ok',
  rates: noRateHeaders,
  reply: {
    text: '{}',
    refusal: null,
    finishReason: 'stop',
    model: 'm-2026',
    promptTokens: 90,
    cachedTokens: 0,
    completionTokens: 10,
    ...more,
  },
});

export const failure = (outcome: Failure, more: Partial<FailedSend> = {}): FailedSend => ({
  outcome,
  status: null,
  reason: `failed (${outcome})`,
  retryAfterMs: null,
  rates: noRateHeaders,
  mayBeBilled: outcome === 'timeout' || outcome === 'aborted',
  ...more,
});

/** A request that the fake sender holds until the test answers it. */
export interface Sent {
  readonly endpoint: string;
  readonly target: Target;
  readonly request: ChatRequest;
  readonly atMs: number;
  answer(result: SendResult): void;
}

export interface FakeSender {
  readonly send: Send;
  /** All requests, in the order sent. */
  readonly sent: Sent[];
  /** Requests under way. */
  readonly open: Set<Sent>;
}

/** A sender that ends with its scope, and otherwise when the test (or `script`) answers. */
export function fakeSender(
  clock: FakeClock,
  script?: (sent: Sent, count: number) => { afterMs: number; result: SendResult } | undefined,
): FakeSender {
  const sent: Sent[] = [];
  const open = new Set<Sent>();
  const send: Send = (target, chat, scope) =>
    new Promise((resolve) => {
      let leave = () => {};
      let stop = () => {};
      const one: Sent = {
        endpoint: target.config.name,
        target,
        request: chat,
        atMs: clock.now(),
        answer(result) {
          if (!open.delete(one)) return;
          leave();
          stop();
          resolve(result);
        },
      };
      sent.push(one);
      open.add(one);
      leave = scope.onEnd(({ kind }) => one.answer(failure(kind === 'deadline' ? 'timeout' : 'aborted')));
      const planned = script?.(one, sent.length);
      if (planned !== undefined) stop = clock.after(planned.afterMs, () => one.answer(planned.result));
    });
  return { send, sent, open };
}

export interface Rig {
  readonly clock: FakeClock;
  readonly sender: FakeSender;
  readonly engine: Engine;
  readonly scope: OwnedScope;
}

export interface RigOptions {
  readonly endpoints: readonly EndpointConfig[];
  readonly tuning?: EngineConfig['tuning'];
  readonly attemptMaxMs?: number;
  readonly script?: Parameters<typeof fakeSender>[1];
  readonly metrics?: Metrics;
  readonly log?: Log;
  readonly random?: () => number;
}

/** An engine with one model `default`, a fake clock and a fake sender. */
export function rig(options: RigOptions): Rig {
  const clock = fakeClock();
  const sender = fakeSender(clock, options.script);
  const engine = createEngine(
    {
      models: [
        {
          name: 'default',
          price: { input: 1, output: 2, currency: 'USD' },
          endpoints: options.endpoints,
        },
      ],
      attemptMaxMs: options.attemptMaxMs ?? 60_000,
      ...(options.tuning === undefined ? {} : { tuning: options.tuning }),
    },
    {
      clock,
      random: options.random ?? (() => 0.5),
      metrics: options.metrics ?? noMetrics,
      log: options.log ?? noLog,
      send: sender.send,
    },
  );
  return { clock, sender, engine, scope: openScope(clock) };
}
