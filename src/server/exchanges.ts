import { status } from '@grpc/grpc-js';
import type { Door, ExchangeResult } from '../service/exchange.ts';
import type { Doorway } from './calls.ts';
import { codeName, codeOf } from './errors.ts';

/** Runs one exchange, counts how it ended and how long it took, by door. */
export async function counted(
  doorway: Doorway,
  door: Door,
  exchange: () => Promise<ExchangeResult>,
): Promise<ExchangeResult> {
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

/**
 * Batches of one stream worked on at a time. Enough to hide the slowest conversation of a batch behind the next
 * batches; few, because each may hold a message of the largest size.
 */
export const batchesAtOnce = 4;
