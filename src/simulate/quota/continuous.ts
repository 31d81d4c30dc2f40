import { type Meter, minuteMs, slack } from './meter.ts';

/** A burst may take one second's worth at once: what providers that meter by the second grant. */
const capacityMs = 1_000;

/**
 * Token bucket: refills evenly, holds one second's worth and at least 1.
 * An amount larger than the bucket is let in when it is full and leaves a debt, so the rate still holds.
 */
export function continuousMeter(perMinute: number, startMs: number): Meter {
  let perMs = perMinute / minuteMs;
  let capacity = Math.max(1, perMs * capacityMs);
  let level = capacity;
  let atMs = startMs;

  function refill(nowMs: number): void {
    level = Math.min(capacity, level + Math.max(0, nowMs - atMs) * perMs);
    atMs = Math.max(atMs, nowMs);
  }

  return {
    waitMs(amount, nowMs) {
      refill(nowMs);
      const missing = Math.min(amount, capacity) - level;
      return missing <= slack ? 0 : missing / perMs;
    },
    take(amount, nowMs) {
      refill(nowMs);
      level -= amount;
      return (back, laterMs) => {
        refill(laterMs);
        level = Math.min(capacity, level + back);
      };
    },
    remaining(nowMs) {
      refill(nowMs);
      return Math.max(0, level);
    },
    fullInMs(nowMs) {
      refill(nowMs);
      return (capacity - level) / perMs;
    },
    resize(newPerMinute, nowMs) {
      refill(nowMs);
      perMs = newPerMinute / minuteMs;
      capacity = Math.max(1, perMs * capacityMs);
      level = Math.min(level, capacity);
    },
  };
}
