import type { Ledger } from '../base/ledger.ts';
import { answerRows } from './answerRows.ts';
import type { BatchRequest, BatchScopes, PipelineParts } from './batch.ts';
import { prepare } from './prepare.ts';
import { promptBook } from './prompt.ts';
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
  const prepared = await prepare(batch, parts, scopes.exchange);
  const columns = await answerRows({ prepared, batch, parts, scope: scopes.rows, promptFor: promptBook() });
  const { ipc, ledger } = await settle(prepared, columns, batch, parts, scopes.exchange);
  return { ipc, rowCount: prepared.rows, ledger };
}
