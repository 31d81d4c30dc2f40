import type { HeaderStyle } from './control.ts';
import { type Quota, type Unit, units } from './quota/quota.ts';

export type Headers = Readonly<Record<string, string>>;

/** A duration as Go prints it: `0s`, `250ms`, `1.5s`, `6m0s`, `1h0m0s`. */
export function goDuration(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole === 0) return '0s';
  if (whole < 1_000) return `${whole}ms`;
  const seconds = (whole % 60_000) / 1_000;
  const minutes = Math.floor(whole / 60_000);
  if (minutes === 0) return `${seconds}s`;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`;
}

type Field = 'limit' | 'remaining' | 'reset';
const names: Record<Exclude<HeaderStyle, 'none'>, (unit: Unit, field: Field) => string> = {
  openai: (unit, field) => `x-ratelimit-${field}-${unit}`,
  anthropic: (unit, field) => `anthropic-ratelimit-${unit}-${field}`,
};

/**
 * What the provider tells about its quota with every answer; units without a limit are left out.
 * `remaining` is what could be spent at once, `reset` the time until the meter is full again.
 */
export function quotaHeaders(
  style: HeaderStyle,
  quota: Quota,
  nowMs: number,
  unixMsOf: (clockMs: number) => number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (style === 'none') return headers;
  const name = names[style];
  for (const unit of units) {
    const level = quota.level(unit, nowMs);
    if (level === undefined) continue;
    headers[name(unit, 'limit')] = String(level.limit);
    headers[name(unit, 'remaining')] = String(level.remaining);
    headers[name(unit, 'reset')] =
      style === 'openai'
        ? goDuration(level.fullInMs)
        : new Date(unixMsOf(nowMs + level.fullInMs)).toISOString();
  }
  return headers;
}

/** How long to wait, in both spellings; nothing when waiting does not help. */
export function retryHeaders(waitMs: number): Record<string, string> {
  if (!Number.isFinite(waitMs)) return {};
  return {
    'retry-after-ms': String(Math.ceil(waitMs)),
    'retry-after': String(Math.ceil(waitMs / 1_000)),
  };
}
