import type { Provider } from './config.ts';

/** Looks a response header up, in lower case. */
export type ReadHeader = (name: string) => string | null;

/** What headers say about one quota; null where they say nothing that can be believed. */
export interface QuotaHeaders {
  /** A minute. */
  readonly limit: number | null;
  /** Left now, after this request. */
  readonly remaining: number | null;
}

export interface RateHeaders {
  readonly requests: QuotaHeaders;
  readonly tokens: QuotaHeaders;
}

const nothing: QuotaHeaders = { limit: null, remaining: null };
export const noRateHeaders: RateHeaders = { requests: nothing, tokens: nothing };

/** Beyond any real quota: such a number is a mistake or "unlimited". */
const mostPerMinute = 1e11;

function amount(text: string | null): number | null {
  if (text === null || !/^\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value <= mostPerMinute ? value : null;
}

function quota(header: ReadHeader, limitName: string, remainingName: string): QuotaHeaders {
  const limit = amount(header(limitName));
  if (limit === null || limit === 0) return nothing;
  return { limit, remaining: amount(header(remainingName)) };
}

/** OpenAI and Azure OpenAI; many gateways took over the names. */
function openaiHeaders(header: ReadHeader): RateHeaders {
  return {
    requests: quota(header, 'x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests'),
    tokens: quota(header, 'x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens'),
  };
}

/** `tokens` is the tightest of the limits in effect; where it is missing, input tokens are nearly all of ours. */
function anthropicHeaders(header: ReadHeader): RateHeaders {
  const of = (unit: string) =>
    quota(header, `anthropic-ratelimit-${unit}-limit`, `anthropic-ratelimit-${unit}-remaining`);
  const tokens = of('tokens');
  return { requests: of('requests'), tokens: tokens.limit === null ? of('input-tokens') : tokens };
}

const readers: Record<Provider, (header: ReadHeader) => RateHeaders> = {
  openai: openaiHeaders,
  azure: openaiHeaders,
  anthropic: anthropicHeaders,
  other(header) {
    const seen = openaiHeaders(header);
    return seen.requests.limit === null && seen.tokens.limit === null ? anthropicHeaders(header) : seen;
  },
};

/** Quotas as the provider's headers tell them; absurd values count as missing. */
export function readRateHeaders(provider: Provider, header: ReadHeader): RateHeaders {
  return readers[provider](header);
}

/**
 * How long a reply asks us to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date,
 * which is read against the reply's own `date`, so that clocks need not agree. Null: it does not say.
 */
export function readRetryAfterMs(header: ReadHeader): number | null {
  const ms = amount(header('retry-after-ms'));
  if (ms !== null) return ms;
  const after = header('retry-after');
  const seconds = amount(after);
  if (seconds !== null) return seconds * 1000;
  const wait = Date.parse(after ?? '') - Date.parse(header('date') ?? '');
  return Number.isNaN(wait) ? null : Math.max(wait, 0);
}
