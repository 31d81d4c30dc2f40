import type { Clock } from '../src/base/clock.ts';

/** A clock that moves only when told. Timers due at the same time run in the order they were set. */
export interface FakeClock extends Clock {
  /** Moves time on, running due timers in order and letting promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Moves to the next timer; false when none is set. */
  next(): Promise<boolean>;
  /** Timers set and neither run nor cancelled. */
  readonly pending: number;
}

/** Lets every promise that can settle do so, without passing time. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function fakeClock(startMs = 0): FakeClock {
  let now = startMs;
  let order = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();
  const earliest = () => [...timers.entries()].sort(([idA, a], [idB, b]) => a.at - b.at || idA - idB)[0];
  const clock: FakeClock = {
    now: () => now,
    after(ms, fn) {
      const id = order++;
      timers.set(id, { at: now + Math.max(ms, 0), fn });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let due = earliest(); due !== undefined && due[1].at <= end; due = earliest()) {
        timers.delete(due[0]);
        now = due[1].at;
        due[1].fn();
        await settled();
      }
      now = end;
    },
    async next() {
      await settled();
      const due = earliest();
      if (due === undefined) return false;
      await clock.advance(due[1].at - now);
      return true;
    },
    get pending() {
      return timers.size;
    },
  };
  return clock;
}
