import type { EndpointView } from '../call.ts';
import type { Limit } from './limit.ts';

interface Limits {
  readonly requests: Limit;
  readonly tokens: Limit;
  /** Of requests, where nobody tells one. */
  readonly learned: Limit | null;
}

/** How quotas look from outside. What was learned is a guess: what is made of it now is nearer the truth. */
export function quotaView(
  { requests, tokens, learned }: Limits,
  nowMs: number,
): Pick<EndpointView, 'quota' | 'level' | 'used' | 'learned'> {
  const calls = learned ?? requests;
  const part = learned?.use(nowMs) ?? 1;
  const times = (value: number | null, by: number) => (value === null ? null : value * by);
  return {
    quota: { requests: times(calls.perMinute, part), tokens: tokens.perMinute },
    level: { requests: calls.level(nowMs), tokens: tokens.level(nowMs) },
    used: { requests: times(calls.used(nowMs), 1 / part), tokens: tokens.used(nowMs) },
    learned: learned !== null,
  };
}
