import { type Meter, minuteMs, slack } from './meter.ts';

interface Taken {
  readonly atMs: number;
  amount: number;
}

/**
 * Log of a sliding window: no window of `windowMs` ever holds more than its share of the minute's limit.
 * An amount larger than that share is let into an empty window and also fills the following ones, so the rate still holds.
 */
export function slidingMeter(windowMs: number, perMinute: number): Meter {
  let limit = (perMinute * windowMs) / minuteMs;
  /** By time; those before `first` have left the window. */
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

  function insert(entry: Taken): void {
    let place = log.length;
    while (place > first && log[place - 1]!.atMs > entry.atMs) place--;
    if (place === log.length) log.push(entry);
    else log.splice(place, 0, entry);
    sum += entry.amount;
  }

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
      const parts: Taken[] = [];
      let left = amount;
      for (let atMs = nowMs; left > slack; atMs += windowMs) {
        const part = { atMs, amount: Math.min(left, limit) };
        left -= part.amount;
        parts.push(part);
        insert(part);
      }
      return (back, laterMs) => {
        forget(laterMs);
        let owed = back;
        for (const part of parts.toReversed()) {
          if (part.atMs <= laterMs - windowMs) return;
          const amountBack = Math.min(owed, part.amount);
          part.amount -= amountBack;
          sum -= amountBack;
          owed -= amountBack;
        }
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
