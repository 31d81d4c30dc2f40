import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { nearest } from '../base/nearest.ts';
import type { Random } from '../base/random.ts';
import type { Call, Engine } from './call.ts';
import { defaultTuning, type EngineConfig, type ModelConfig } from './config.ts';
import { OpenCalls, withDeadline } from './deadline.ts';
import { Endpoint } from './endpoint/endpoint.ts';
import { LatencyWindow } from './endpoint/latency.ts';
import { probe } from './endpoint/probe.ts';
import { openaiSend, type Send } from './http/send.ts';
import { openTransport } from './http/transport.ts';
import { gaugeEndpoints, openMeters } from './meters.ts';
import { Dispatcher } from './queue/dispatcher.ts';
import { attemptWith } from './retry/attempt.ts';
import { unknownModel } from './retry/failedCall.ts';
import { withRetry } from './retry/retry.ts';
import { RetryBudget } from './retry/retryBudget.ts';

export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Instead of real sockets. */
  readonly send?: Send;
}

/**
 * Builds the engine. The order of its layers, from the outside, and why:
 *
 * - deadline: outermost, so that waiting, sending and backing off all end with the call;
 * - retry: outside the lease, so that a call that backs off holds no permit;
 * - lease: a turn in the fair queue, then quota, concurrency and breaker of one endpoint, chosen when the turn comes;
 * - attempt: its timeout starts with the lease, so that waiting for a turn is never taken for slowness;
 * - send: one HTTP request.
 */
export function createEngine(config: EngineConfig, ports: EnginePorts): Engine {
  const { clock, random, metrics, log } = ports;
  const tuning = { ...defaultTuning, ...config.tuning };
  const prices = new Map(config.models.map(({ name, price }) => [name, price]));
  const priceOf = (model: string) => prices.get(model) ?? null;
  const meters = openMeters(metrics, priceOf);
  const openCalls = new OpenCalls();
  const transport =
    ports.send === undefined
      ? openTransport(
          config.models.flatMap(({ endpoints }) => endpoints),
          tuning.maxReplyBytes,
        )
      : null;
  const send = ports.send ?? openaiSend(transport!);
  const attempt = attemptWith(send, clock, meters, Math.min(tuning.attemptMinMs, config.attemptMaxMs));

  const open = ({ name, endpoints: configured }: ModelConfig) => {
    const modelLatency = new LatencyWindow(clock.now());
    const endpointPorts = { clock, random, log, tuning, attemptMaxMs: config.attemptMaxMs, modelLatency };
    const endpoints = configured.map((endpoint) => new Endpoint(name, endpoint, endpointPorts));
    const dispatcher = new Dispatcher(endpoints, tuning.quantumTokens, clock, random);
    const budget = new RetryBudget(tuning.retryShare, tuning.retriesPerS, clock.now());
    const retrying = withRetry({ dispatcher, attempt, budget, meters, clock, random, tuning });
    return { endpoints, dispatcher, chat: withDeadline(retrying, clock, openCalls) };
  };
  const models = new Map(config.models.map((model) => [model.name, open(model)]));
  const names = [...models.keys()];
  const view = () =>
    [...models.values()].flatMap(({ endpoints, dispatcher: { waiting } }) =>
      endpoints.map((one) => ({ ...one.view(), waiting })),
    );
  gaugeEndpoints(metrics, view);

  const chat: Call = (request, scope) =>
    models.get(request.model)?.chat(request, scope) ??
    Promise.reject(unknownModel(request.model, nearest(request.model, names)));

  return {
    chat,
    models: names,
    price: priceOf,
    rejected(model) {
      const reason = models.get(model)?.dispatcher.refusal ?? null;
      return reason === null ? null : { reason };
    },
    view,
    probe(scope) {
      const all = config.models.flatMap(({ name, endpoints }) =>
        endpoints.map((endpoint) => probe(name, endpoint, send, clock, scope)),
      );
      return Promise.all(all);
    },
    async close() {
      openCalls.close();
      await transport?.close();
    },
  };
}
