import { isStored, type Ledger } from '../base/ledger.ts';
import { release } from '../base/ownBuffer.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import { answerRows } from './answerRows.ts';
import type { BatchRequest, BatchScopes, BatchWork, PipelineParts } from './batch.ts';
import { prepare } from './prepare.ts';
import { settle } from './settle.ts';
import type { SettledBatch } from './settledBatch.ts';
import { report } from './tally.ts';

export interface BatchResult {
  /** One whole Arrow IPC stream of exactly one record batch. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  readonly ledger: Readonly<Ledger>;
}

/**
 * The way of one record batch: prepare, answer (look up, plan, ask), settle; shorter for one that came lately. Row n
 * of the result answers row n of the request. Rejects with an exchange error for a bad batch, never for a row.
 */
export async function classifyBatch(
  batch: BatchRequest,
  parts: PipelineParts,
  scopes: BatchScopes,
): Promise<BatchResult> {
  const work = { batch, parts };
  const { ipc, tally } = await (batch.refresh ? labelAnew(work, scopes) : labelOnce(work, scopes));
  return { ipc, rowCount: tally.ledger.rows, ledger: tally.ledger };
}

/** Does again only what is not known from lately. */
async function labelOnce(work: BatchWork, scopes: BatchScopes): Promise<SettledBatch> {
  const { batch, parts } = work;
  const tag = parts.recent.tagOf(batch.ipc, askedOf(batch));
  const again = parts.recent.settled(tag);
  if (again !== undefined) {
    release(batch.ipc);
    report(again.tally, work);
    return again;
  }
  const known = parts.recent.prepared(tag);
  const prepared = known === undefined ? await prepare(work, scopes.exchange) : { ...known, ipc: batch.ipc };
  if (known === undefined) parts.recent.set(tag, prepared);
  const settled = await label(prepared, work, scopes);
  if (isStored(settled.tally.ledger)) parts.recent.set(tag, prepared, settled);
  return settled;
}

/** All that the answers of a batch depend on besides its bytes. */
function askedOf({ rowCount, columns, classifiers, models }: BatchRequest): readonly unknown[] {
  const { conversation, id, passthrough } = columns;
  return [
    rowCount,
    conversation,
    id,
    passthrough,
    models,
    classifiers.map(({ name, digest }) => [name, digest]),
  ];
}

/** Other answers than those that are kept may come: what is known of them ends. */
async function labelAnew(work: BatchWork, scopes: BatchScopes): Promise<SettledBatch> {
  try {
    return await label(await prepare(work, scopes.exchange), work, scopes);
  } finally {
    work.parts.recent.clear();
  }
}

async function label(prepared: PreparedBatch, work: BatchWork, scopes: BatchScopes): Promise<SettledBatch> {
  return settle(prepared, await answerRows(prepared, work, scopes), work, scopes.exchange);
}
