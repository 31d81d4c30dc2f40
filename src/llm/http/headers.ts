/** Looks a response header up, in lower case; several of one name come joined by a comma and a space. */
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

interface Names {
  readonly limit: readonly string[];
  readonly remaining: readonly string[];
  /** Seconds that the limit is for; where it is missing, sixty. Azure tells it. */
  readonly period: string;
}

/**
 * OpenAI's names, which Azure, most gateways and Anthropic's compatible address use too, and Anthropic's own.
 * Of Anthropic's limits for input and output, input is nearly all of what a label costs.
 */
const requestNames: Names = {
  limit: ['x-ratelimit-limit-requests', 'anthropic-ratelimit-requests-limit'],
  remaining: ['x-ratelimit-remaining-requests', 'anthropic-ratelimit-requests-remaining'],
  period: 'x-ratelimit-renewalperiod-requests',
};
const tokenNames: Names = {
  limit: [
    'x-ratelimit-limit-tokens',
    'anthropic-ratelimit-tokens-limit',
    'anthropic-ratelimit-input-tokens-limit',
  ],
  remaining: [
    'x-ratelimit-remaining-tokens',
    'anthropic-ratelimit-tokens-remaining',
    'anthropic-ratelimit-input-tokens-remaining',
  ],
  period: 'x-ratelimit-renewalperiod-tokens',
};

/** Beyond any real quota: such a number is a mistake or "unlimited". */
const largest = 1e11;

/** Nobody limits longer than a day at a time. */
const longestPeriodS = 86_400;

/** The numbers a header holds, several where gateways add their own; what is absurd counts as missing. */
function amounts(text: string | null): readonly number[] {
  if (text === null) return [];
  const numbers = text.split(', ').filter((part) => /^\d+(\.\d+)?$/.test(part));
  return numbers.map(Number).filter((value) => value <= largest);
}

/** The tightest of several limits is the one that counts; a limit of 0 would not have let this reply through. */
function least(header: ReadHeader, names: readonly string[], zero: boolean): number | null {
  let found: number | null = null;
  for (const name of names) {
    for (const value of amounts(header(name))) {
      if ((value > 0 || zero) && (found === null || value < found)) found = value;
    }
  }
  return found;
}

/**
 * Quotas as headers tell them, whoever sent them; absurd values count as missing. Resets are not read: they say when
 * a quota is whole again, not when there is room for a call.
 */
export function readRateHeaders(header: ReadHeader): RateHeaders {
  const quota = (names: Names): QuotaHeaders => {
    const limit = least(header, names.limit, false);
    const told = least(header, [names.period], false) ?? 60;
    const periodS = told <= longestPeriodS ? told : 60;
    const remaining = least(header, names.remaining, true);
    return { limit: limit === null ? null : (limit * 60) / periodS, remaining };
  };
  return { requests: quota(requestNames), tokens: quota(tokenNames) };
}

/**
 * How long a reply asks us to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date, which is
 * read against the reply's own `date`, so that clocks need not agree. Of several the longest. Null: it does not say,
 * or says "not at all", which would have us ask a server that refuses without end.
 */
export function readRetryAfterMs(header: ReadHeader): number | null {
  const after = header('retry-after');
  const ms = [...amounts(header('retry-after-ms')), 0];
  const seconds = [...amounts(after), 0];
  const dated = Date.parse(after ?? '') - Date.parse(header('date') ?? '');
  return [Math.max(...ms), Math.max(...seconds) * 1000, dated].find((wait) => wait > 0) ?? null;
}
