import type { Clock } from '../../../src/base/clock.ts';
import { settled } from '../../fakeClock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  /** Null once cancelled. */
  fn: (() => void) | null;
}

/** A clock for long simulations: timers in a binary heap, in whole ms as Node's are, promises settled once a ms. */
export interface EventClock extends Clock {
  /** Runs everything due up to `untilMs`. */
  run(untilMs: number): Promise<void>;
}

const before = (a: Timer, b: Timer) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

export function eventClock(): EventClock {
  let now = 0;
  let order = 0;
  const heap: Timer[] = [];

  const push = (timer: Timer) => {
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  };

  const pop = () => {
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  };

  return {
    now: () => now,
    after(ms, fn) {
      const timer: Timer = { atMs: Math.ceil(now + Math.max(ms, 0)), order: order++, fn };
      push(timer);
      return () => {
        timer.fn = null;
      };
    },
    async run(untilMs) {
      await settled();
      for (let first = heap[0]; first !== undefined && first.atMs <= untilMs; first = heap[0]) {
        pop();
        if (first.fn === null) continue;
        now = first.atMs;
        first.fn();
        if (heap[0]?.atMs !== now) await settled();
      }
      now = untilMs;
    },
  };
}
