import { performance } from 'node:perf_hooks';

/** Shorter spans say little. */
const spanMs = 1_000;

/** How busy the main thread was over the last whole second or more: 0 to 1. */
export function loopUse(): () => number {
  let before = performance.eventLoopUtilization();
  let use = 0;
  return () => {
    const span = performance.eventLoopUtilization(before);
    if (span.idle + span.active >= spanMs) {
      use = span.utilization;
      before = performance.eventLoopUtilization();
    }
    return use;
  };
}
