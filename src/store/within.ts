import type { Clock } from '../base/clock.ts';

/** The result of `work`, or a rejection after `ms`; the work itself is not stopped. */
export async function within<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = clock.after(ms, () => late.reject(new Error(`no answer within ${ms} ms`)));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    stop();
  }
}
