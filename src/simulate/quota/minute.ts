import { type Meter, minuteMs, slack } from './meter.ts';

/** Fixed minutes of the clock: all of the limit is free again at the start of each. */
export function minuteMeter(perMinute: number): Meter {
  let limit = perMinute;
  let minute = Number.NaN;
  let used = 0;

  function turn(nowMs: number): void {
    const current = Math.floor(nowMs / minuteMs);
    if (current === minute) return;
    minute = current;
    used = 0;
  }
  const untilNextMs = (nowMs: number) => (minute + 1) * minuteMs - nowMs;

  return {
    waitMs(amount, nowMs) {
      turn(nowMs);
      if (used + amount <= limit + slack) return 0;
      return amount > limit ? Number.POSITIVE_INFINITY : untilNextMs(nowMs);
    },
    take(amount, nowMs) {
      turn(nowMs);
      used += amount;
      const takenIn = minute;
      return (back, laterMs) => {
        turn(laterMs);
        if (takenIn === minute) used -= back;
      };
    },
    remaining(nowMs) {
      turn(nowMs);
      return Math.max(0, limit - used);
    },
    fullInMs(nowMs) {
      turn(nowMs);
      return used === 0 ? 0 : untilNextMs(nowMs);
    },
    resize(newPerMinute) {
      limit = newPerMinute;
    },
  };
}
