import type { EndpointStats } from '../../../src/simulate/stats.ts';

/** Totals of one endpoint at a moment of a run. */
export interface Total {
  readonly atS: number;
  readonly requests: number;
  readonly throttled: number;
  readonly admittedTokens: number;
}

/** How long a change of quota was felt, in seconds; null: until the run was over. */
export interface ChangeTimes {
  /** From the fall of the quota until less than 1 % of the calls are refused. */
  readonly quietS: number | null;
  /** From its return until 95 % of it are used. */
  readonly restoredS: number | null;
}

export const totalOf = (atS: number, stats: EndpointStats): Total => ({
  atS,
  requests: stats.requests,
  throttled: stats.throttled,
  admittedTokens: stats.reserved_tokens,
});

/** A state counts when it lasts this long. */
const lastingS = 3;

/** From totals taken about every second. `tokensPerS`: the whole quota. */
export function changeTimes(
  totals: readonly Total[],
  fallS: number,
  returnS: number,
  tokensPerS: number,
): ChangeTimes {
  const first = (fromS: number, toS: number, holds: (from: Total, to: Total) => boolean): number | null => {
    for (const from of totals) {
      const to = totals.find(({ atS }) => atS >= from.atS + lastingS);
      if (from.atS < fromS) continue;
      if (to === undefined || to.atS > toS) return null;
      if (holds(from, to)) return from.atS - fromS;
    }
    return null;
  };
  return {
    quietS: first(
      fallS,
      returnS,
      (from, to) => to.throttled - from.throttled < 0.01 * (to.requests - from.requests),
    ),
    restoredS: first(
      returnS,
      Number.POSITIVE_INFINITY,
      (from, to) => to.admittedTokens - from.admittedTokens >= 0.95 * tokensPerS * (to.atS - from.atS),
    ),
  };
}
