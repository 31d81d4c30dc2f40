import type { Random } from '../base/random.ts';

/** What can happen to a call as a whole. At most one of these is drawn per request. */
export const callFaults = [
  '400',
  '401',
  '403',
  '404',
  '429',
  '500',
  '503',
  '529',
  'insufficient_quota',
  'reset',
  'hang',
  'slow',
] as const;
export type CallFault = (typeof callFaults)[number];

/** What can be wrong with the reply of a call that is answered. At most one of these is drawn per request. */
export const replyFaults = [
  'truncated',
  'fenced',
  'prose',
  'wrong_case',
  'near_miss',
  'dropped_item',
  'extra_item',
  'refusal',
  'content_filter',
  'empty',
] as const;
export type ReplyFault = (typeof replyFaults)[number];

export const faultNames = [...callFaults, ...replyFaults] as const;
export type FaultName = (typeof faultNames)[number];
export type FaultProbabilities = Readonly<Record<FaultName, number>>;

/**
 * Draws at most one of `names`, each with its own probability.
 * Probabilities that sum to more than 1 are scaled to sum to 1. Takes exactly one random number.
 */
export function drawFault<Name extends FaultName>(
  names: readonly Name[],
  probabilities: FaultProbabilities,
  random: Random,
): Name | null {
  let sum = 0;
  for (const name of names) sum += probabilities[name];
  let left = random() * Math.max(1, sum);
  for (const name of names) {
    left -= probabilities[name];
    if (left < 0) return name;
  }
  return null;
}
