import { type Meter, minuteMs, slack } from './meter.ts';

interface Taken {
  /** Leaves the window `windowMs` after this. */
  atMs: number;
  amount: number;
}

/**
 * Log of a sliding window: no window of `windowMs` ever holds more than its share of the minute's limit.
 * An amount larger than that share is let into an empty window and keeps it full for longer, so the rate still holds.
 */
export function slidingMeter(windowMs: number, perMinute: number): Meter {
  let limit = (perMinute * windowMs) / minuteMs;
  /** In the order taken; those before `first` have left the window. */
  let log: Taken[] = [];
  let first = 0;
  let sum = 0;

  function forget(nowMs: number): void {
    for (let entry = log[first]; entry !== undefined && entry.atMs <= nowMs - windowMs; entry = log[first]) {
      sum -= entry.amount;
      first++;
    }
    // Rare enough to cost nothing per entry.
    if (first > 1_024 && first * 2 > log.length) {
      log = log.slice(first);
      first = 0;
    }
    if (first === log.length) sum = 0;
  }
  /** How much longer than the window an amount beyond `limit` keeps it full. */
  const extraMs = (beyond: number) => (beyond / limit) * windowMs;

  return {
    waitMs(amount, nowMs) {
      forget(nowMs);
      let excess = sum + Math.min(amount, limit) - limit;
      if (excess <= slack) return 0;
      for (let at = first; at < log.length; at++) {
        const entry = log[at]!;
        excess -= entry.amount;
        if (excess <= slack) return entry.atMs + windowMs - nowMs;
      }
      return windowMs;
    },
    take(amount, nowMs) {
      forget(nowMs);
      const beyond = Math.max(0, amount - limit);
      const entry = { atMs: nowMs + extraMs(beyond), amount: amount - beyond };
      log.push(entry);
      sum += entry.amount;
      return (back, laterMs) => {
        forget(laterMs);
        if (entry.atMs <= laterMs - windowMs) return;
        const fromBeyond = Math.min(back, beyond);
        entry.atMs -= extraMs(fromBeyond);
        entry.amount -= back - fromBeyond;
        sum -= back - fromBeyond;
      };
    },
    remaining(nowMs) {
      forget(nowMs);
      return Math.max(0, limit - sum);
    },
    fullInMs(nowMs) {
      forget(nowMs);
      const last = log.length > first ? log[log.length - 1] : undefined;
      return last === undefined ? 0 : last.atMs + windowMs - nowMs;
    },
    resize(newPerMinute) {
      limit = (newPerMinute * windowMs) / minuteMs;
    },
  };
}
