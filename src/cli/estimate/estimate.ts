import { duration, money, number } from '../run/progress.ts';
import type { Capacity } from './capacity.ts';

/** What is still to be spent. */
export interface Spending {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Null where no price is configured. */
  readonly cost: number | null;
  readonly currency: string;
}

/** The shortest time that the quotas allow, in seconds; null where none is known. */
export function secondsByQuota(
  { calls, promptTokens, completionTokens }: Pick<Spending, 'calls' | 'promptTokens' | 'completionTokens'>,
  capacity: Capacity,
): number | null {
  const minutes = [
    capacity.tokensPerMinute === null ? 0 : (promptTokens + completionTokens) / capacity.tokensPerMinute,
    capacity.requestsPerMinute === null ? 0 : calls / capacity.requestsPerMinute,
  ];
  const longest = Math.max(...minutes);
  return longest === 0 ? null : longest * 60;
}

/** `2,870 calls, 3.1 M prompt + 60 k completion tokens, cost 0.50 USD, at least 1:34 by quota` */
export function spendingWords(spending: Spending, capacity: Capacity): string {
  const seconds = secondsByQuota(spending, capacity);
  return [
    `${number(spending.calls)} calls`,
    `${tokens(spending.promptTokens)} prompt + ${tokens(spending.completionTokens)} completion tokens`,
    spending.cost === null
      ? 'no price configured'
      : `cost ${money(spending.cost)} ${spending.currency}`.trimEnd(),
    ...(seconds === null ? [] : [`at least ${duration(seconds)} by quota`]),
  ].join(', ');
}

/** `512`, `60 k`, `3.1 M` */
export function tokens(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  const [value, unit] = count < 999_500 ? [count / 1e3, 'k'] : [count / 1e6, 'M'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ${unit}`;
}
