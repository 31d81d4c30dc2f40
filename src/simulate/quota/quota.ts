import type { Window } from '../control.ts';
import { continuousMeter } from './continuous.ts';
import { type Meter, minuteMs } from './meter.ts';
import { minuteMeter } from './minute.ts';
import { slidingMeter } from './sliding.ts';

export interface Limits {
  /** A minute; 0 = no limit. */
  readonly tpm: number;
  readonly rpm: number;
  readonly window: Window;
}

export type Unit = 'requests' | 'tokens';
export const units: readonly Unit[] = ['requests', 'tokens'];

/** What one unit looks like to the caller at a moment. */
interface Level {
  /** A minute. */
  readonly limit: number;
  /** Whole units that could be taken now. */
  readonly remaining: number;
  readonly fullInMs: number;
}

export type Admission =
  | {
      readonly admitted: true;
      /** Gives reserved tokens back; the request itself stays counted. */
      giveBack(tokens: number, nowMs: number): void;
    }
  | {
      readonly admitted: false;
      /** The unit that lacks most. */
      readonly unit: Unit;
      readonly requested: number;
      readonly remaining: number;
      /** Infinity when the request is larger than the whole limit. */
      readonly waitMs: number;
    };

/** The quota of one endpoint. A refused request costs nothing. */
export interface Quota {
  /** Admits one request that reserves `tokens`, or says why not. */
  admit(tokens: number, nowMs: number): Admission;
  /** Undefined for a unit without a limit. */
  level(unit: Unit, nowMs: number): Level | undefined;
  /** Changes the limits; what is taken stays taken unless the kind of window changes. */
  change(limits: Limits, nowMs: number): void;
}

function createMeter(window: Window, perMinute: number, nowMs: number): Meter {
  switch (window) {
    case 'continuous':
      return continuousMeter(perMinute, nowMs);
    case '1s':
      return slidingMeter(minuteMs / 60, perMinute);
    case '10s':
      return slidingMeter(minuteMs / 6, perMinute);
    case '1m':
      return minuteMeter(perMinute);
  }
}

/** A quota with nothing taken yet. */
export function createQuota(limits: Limits, nowMs: number): Quota {
  let window = limits.window;
  const perMinute: Record<Unit, number> = { requests: 0, tokens: 0 };
  const meters: Record<Unit, Meter | undefined> = { requests: undefined, tokens: undefined };

  function set(unit: Unit, limit: number, fresh: boolean, atMs: number): void {
    const meter = meters[unit];
    if (limit === 0) meters[unit] = undefined;
    else if (meter === undefined || fresh) meters[unit] = createMeter(window, limit, atMs);
    else if (limit !== perMinute[unit]) meter.resize(limit, atMs);
    perMinute[unit] = limit;
  }

  const quota: Quota = {
    admit(tokens, nowMs) {
      const amounts = { requests: 1, tokens };
      let unit: Unit = 'requests';
      let waitMs = 0;
      for (const each of units) {
        const meter = meters[each];
        if (meter === undefined) continue;
        const tooLarge = amounts[each] > perMinute[each];
        const wait = tooLarge ? Number.POSITIVE_INFINITY : meter.waitMs(amounts[each], nowMs);
        if (wait > waitMs) [unit, waitMs] = [each, wait];
      }
      if (waitMs > 0) {
        const remaining = Math.floor(meters[unit]!.remaining(nowMs));
        return { admitted: false, unit, requested: amounts[unit], remaining, waitMs };
      }
      meters.requests?.take(1, nowMs);
      const giveBack = meters.tokens?.take(tokens, nowMs) ?? (() => {});
      return { admitted: true, giveBack };
    },
    level(unit, nowMs) {
      const meter = meters[unit];
      if (meter === undefined) return undefined;
      const remaining = Math.floor(meter.remaining(nowMs));
      return { limit: perMinute[unit], remaining, fullInMs: meter.fullInMs(nowMs) };
    },
    change(next, nowMs) {
      const fresh = next.window !== window;
      window = next.window;
      set('requests', next.rpm, fresh, nowMs);
      set('tokens', next.tpm, fresh, nowMs);
    },
  };
  quota.change(limits, nowMs);
  return quota;
}
