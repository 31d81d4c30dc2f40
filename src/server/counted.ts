import { status } from '@grpc/grpc-js';
import type { Door } from '../service/exchange.ts';
import type { Caller, Doorway } from './calls.ts';
import { codeName, codeOf } from './errors.ts';

/** Runs one exchange of `rows`; counts how it ended and how long it took, by door, and what was answered, by token. */
export async function counted<Result>(
  doorway: Doorway,
  { token }: Caller,
  door: Door,
  rows: number,
  exchange: () => Promise<Result>,
): Promise<Result> {
  const { clock, metrics } = doorway;
  const startedMs = clock.now();
  let code = status.OK;
  try {
    const result = await exchange();
    metrics.count('semtel_token_rows_total', { token }, rows);
    return result;
  } catch (error) {
    code = codeOf(error);
    throw error;
  } finally {
    metrics.count('semtel_exchanges_total', { door, code: codeName(code) });
    metrics.count('semtel_token_exchanges_total', { token });
    metrics.seconds('semtel_exchange_seconds', { door }, (clock.now() - startedMs) / 1_000);
  }
}
