import type { Ledger } from '../base/ledger.ts';
import { answerRows } from './answerRows.ts';
import type { BatchRequest, BatchScopes, PipelineParts } from './batch.ts';
import { prepare } from './prepare.ts';
import { settle } from './settle.ts';

export interface BatchResult {
  /** One whole Arrow IPC stream of exactly one record batch. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  readonly ledger: Readonly<Ledger>;
}

/**
 * The way of one record batch: prepare, answer (look up, plan, ask), settle. Row n of the result answers row n of
 * the request. Rejects with an exchange error for a bad batch, never for a row.
 */
export async function classifyBatch(
  batch: BatchRequest,
  parts: PipelineParts,
  scopes: BatchScopes,
): Promise<BatchResult> {
  const work = { batch, parts };
  const prepared = await prepare(work, scopes.exchange);
  const answered = await answerRows(prepared, work, scopes);
  const { ipc, ledger } = await settle(prepared, answered, work, scopes.exchange);
  return { ipc, rowCount: prepared.rows, ledger };
}
