import { status } from '@grpc/grpc-js';
import type { Door } from '../service/exchange.ts';
import type { Doorway } from './calls.ts';
import { codeName, codeOf } from './errors.ts';

/** Runs one exchange, counts how it ended and how long it took, by door. */
export async function counted<Result>(
  doorway: Doorway,
  door: Door,
  exchange: () => Promise<Result>,
): Promise<Result> {
  const { clock, metrics } = doorway;
  const startedMs = clock.now();
  let code = status.OK;
  try {
    return await exchange();
  } catch (error) {
    code = codeOf(error);
    throw error;
  } finally {
    metrics.count('semtel_exchanges_total', { door, code: codeName(code) });
    metrics.seconds('semtel_exchange_seconds', { door }, (clock.now() - startedMs) / 1_000);
  }
}
