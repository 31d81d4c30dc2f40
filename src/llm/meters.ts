import type { Metrics } from '../base/metrics.ts';
import type { EndpointView } from './call.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { Reply } from './http/reply.ts';
import { costOf, type Price } from './price.ts';

/** Label `outcome` of a request that gave no reply. */
export type FailedOutcome =
  | 'throttled'
  | 'throttled_unexplained'
  | 'server_error'
  | 'timeout'
  | 'connection'
  | 'rejected'
  | 'aborted';

/** Counts what requests come to. */
export interface Meters {
  succeeded(endpoint: Endpoint, reply: Reply, latencyMs: number): void;
  failed(endpoint: Endpoint, outcome: FailedOutcome): void;
  /** An attempt is made again after this endpoint failed one. */
  retried(endpoint: Endpoint): void;
}

export function openMeters(metrics: Metrics, priceOf: (model: string) => Price | null): Meters {
  const labels = ({ model, config }: Endpoint) => ({ model, endpoint: config.name });
  return {
    succeeded(endpoint, reply, latencyMs) {
      const at = labels(endpoint);
      const { promptTokens, cachedTokens, completionTokens } = reply;
      metrics.count('semtel_llm_calls_total', { ...at, outcome: 'ok' });
      metrics.seconds('semtel_llm_call_seconds', at, latencyMs / 1000);
      metrics.count('semtel_llm_tokens_total', { ...at, type: 'input' }, promptTokens);
      metrics.count('semtel_llm_tokens_total', { ...at, type: 'output' }, completionTokens);
      if (cachedTokens > 0) metrics.count('semtel_llm_tokens_total', { ...at, type: 'cached' }, cachedTokens);
      const price = priceOf(endpoint.model);
      if (price === null) return;
      const { model } = endpoint;
      const cost = costOf(reply, price);
      metrics.count('semtel_cost_total', { model, currency: price.currency }, cost);
    },
    failed(endpoint, outcome) {
      metrics.count('semtel_llm_calls_total', { ...labels(endpoint), outcome });
    },
    retried(endpoint) {
      metrics.count('semtel_llm_retries_total', labels(endpoint));
    },
  };
}

const states = ['up', 'cooling', 'ejected', 'rejected'] as const;
const units = ['requests', 'tokens'] as const;

/** Registers the gauges of all endpoints; they are read when scraped. */
export function gaugeEndpoints(metrics: Metrics, view: () => readonly EndpointView[]): void {
  const at = ({ model, endpoint }: EndpointView) => ({ model, endpoint });
  const perUnit = (of: (seen: EndpointView) => EndpointView['quota']) => () =>
    view().flatMap((seen) =>
      units.flatMap((unit) => {
        const value = of(seen)[unit];
        return value === null ? [] : [{ labels: { ...at(seen), unit }, value }];
      }),
    );
  metrics.gauge('semtel_llm_inflight', () =>
    view().map((seen) => ({ labels: at(seen), value: seen.inflight })),
  );
  metrics.gauge('semtel_llm_concurrency_limit', () =>
    view().map((seen) => ({ labels: at(seen), value: seen.concurrencyLimit })),
  );
  metrics.gauge(
    'semtel_llm_quota',
    perUnit((seen) => seen.quota),
  );
  metrics.gauge(
    'semtel_llm_quota_level',
    perUnit((seen) => seen.level),
  );
  metrics.gauge('semtel_llm_endpoint_state', () =>
    view().flatMap((seen) =>
      states.map((state) => ({ labels: { ...at(seen), state }, value: seen.state === state ? 1 : 0 })),
    ),
  );
}
