import { type EngineConfig, providerOf } from '../../llm/config.ts';
import type { Price } from '../../llm/price.ts';
import type { Settings } from './schema.ts';

type Endpoint = Settings['models'][string]['endpoints'][number];

/** What the engine needs of the settings. */
export function engineConfig(settings: Pick<Settings, 'models' | 'timeouts'>): EngineConfig {
  const models = Object.entries(settings.models).map(([name, { price, endpoints }]) => {
    const names = uniqueNames(endpoints);
    return {
      name,
      price: price === undefined ? null : priceOf(price),
      endpoints: endpoints.map((endpoint, index) => ({
        name: names[index]!,
        baseUrl: endpoint.base_url.replace(/\/+$/, ''),
        model: endpoint.model ?? name,
        apiKey: () => endpoint.api_key?.read() ?? '',
        headers: Object.fromEntries(
          Object.entries(endpoint.headers).map(([header, value]) => [header, value.read()]),
        ),
        query: endpoint.query,
        provider: endpoint.provider ?? providerOf(endpoint.base_url),
        tpm: endpoint.tpm ?? null,
        rpm: endpoint.rpm ?? null,
        maxConcurrency: endpoint.max_concurrency,
        share: endpoint.share,
        priority: endpoint.priority,
        structured: endpoint.structured,
        request: endpoint.request,
      })),
    };
  });
  return { models, attemptMaxMs: settings.timeouts.attempt_max_s * 1000 };
}

function priceOf({ cached_input, ...price }: NonNullable<Settings['models'][string]['price']>): Price {
  return { ...price, ...(cached_input !== undefined && { cachedInput: cached_input }) };
}

/** The host where no name was given; a second endpoint of the same host gets a number. */
function uniqueNames(endpoints: readonly Endpoint[]): readonly string[] {
  const taken = new Set(endpoints.map(({ name }) => name));
  return endpoints.map(({ name, base_url }) => {
    if (name !== undefined) return name;
    const { host } = new URL(base_url);
    let unique = host;
    for (let number = 2; taken.has(unique); number++) unique = `${host}-${number}`;
    taken.add(unique);
    return unique;
  });
}
