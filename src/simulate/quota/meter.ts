/** Gives back part of what was taken. What the window has already forgotten is not given back twice. */
type GiveBack = (amount: number, nowMs: number) => void;

/** Counts one unit (requests or tokens) against its limit a minute. Times are the clock's milliseconds. */
export interface Meter {
  /** 0 when `amount` fits now; else the time after which it would, if nobody else takes. */
  waitMs(amount: number, nowMs: number): number;
  /** Takes `amount`; only after `waitMs` said 0 at the same time. */
  take(amount: number, nowMs: number): GiveBack;
  /** What could be taken now; never negative. */
  remaining(nowMs: number): number;
  /** Time until all is available again, if nobody takes. */
  fullInMs(nowMs: number): number;
  /** Changes the limit; what was taken stays taken. */
  resize(perMinute: number, nowMs: number): void;
}

export const minuteMs = 60_000;

/** Sums of fractions may miss a whole number by this much. */
export const slack = 1e-6;
