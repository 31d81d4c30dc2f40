import type { Answer } from '../base/answer.ts';
import { emptyLedger, type Ledger } from '../base/ledger.ts';
import type { Metrics } from '../base/metrics.ts';
import { promptDigestOf } from '../base/promptDigest.ts';
import type { Scope } from '../base/scope.ts';
import { costOf } from '../llm/price.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { AnsweredRows } from './answerRows.ts';
import { bytesPerToken } from './ask.ts';
import type { BatchRequest, BatchWork, PipelineParts, Settled } from './batch.ts';

function count(ledger: Ledger, { answer, calls }: Settled): void {
  ledger.questions += 1;
  ledger[answer.status] += 1;
  if (answer.status === 'ok' && answer.source === 'store') ledger.stored += 1;
  if (answer.status === 'ok' && answer.source === 'shared') ledger.shared += 1;
  ledger.calls += calls;
  ledger.prompt_tokens += answer.promptTokens;
  ledger.cached_tokens += answer.cachedTokens;
  ledger.completion_tokens += answer.completionTokens;
}

function countSavings(
  { bytes }: PreparedBatch,
  { settled, asked }: AnsweredRows,
  batch: BatchRequest,
  metrics: Metrics,
): void {
  const saved = { store: 0, shared: 0, truncate: 0, combine: 0 };
  settled.forEach((column, index) => {
    const { promptBytes, truncate } = batch.classifiers[index]!;
    const mostBytes = truncate === null ? Number.POSITIVE_INFINITY : truncate.maxTokens * bytesPerToken;
    column.forEach(({ answer: { source, callQuestions } }, row) => {
      const textBytes = Math.min(bytes[row]!, mostBytes);
      if (source === 'store' || source === 'shared') saved[source] += promptBytes + textBytes;
      if (source !== 'llm' || asked === null) return;
      saved.truncate += asked.cutBytes[asked.textOf[index]![row]!]!;
      // Of so many questions one had to send the conversation.
      saved.combine += textBytes * (1 - 1 / Math.max(callQuestions, 1));
    });
  });
  for (const [by, bytes] of Object.entries(saved))
    if (bytes > 0) metrics.count('semtel_tokens_saved_total', { by }, Math.round(bytes / bytesPerToken));
}

function ledgerOf(
  rows: number,
  columns: AnsweredRows['settled'],
  batch: BatchRequest,
  parts: PipelineParts,
): Ledger {
  const ledger = emptyLedger();
  ledger.rows = rows;
  columns.forEach((column, index) => {
    const price = parts.engine.price(batch.models[index]!);
    for (const settled of column) {
      count(ledger, settled);
      ledger.cost += costOf(settled.answer, price);
    }
  });
  return ledger;
}

function countAnswers(classifier: string, answers: readonly Answer[], metrics: Metrics): void {
  const groups = Map.groupBy(answers, ({ status, source }) => `${status} ${source}`);
  for (const group of groups.values()) {
    const { status, source } = group[0]!;
    metrics.count('semtel_answers_total', { classifier, status, source }, group.length);
  }
  // Stored and shared answers repeat a reply that was counted before.
  for (const { repair, source } of answers)
    if (source === 'llm' && repair !== null)
      for (const each of repair.split('+'))
        metrics.count('semtel_repairs_total', { classifier, repair: each });
}

/** Answers in row order to one Arrow record batch, encoded in a worker, and the ledger that counts them. */
export async function settle(
  prepared: PreparedBatch,
  answered: AnsweredRows,
  { batch, parts }: BatchWork,
  scope: Scope,
): Promise<{ ipc: Uint8Array; ledger: Ledger }> {
  const ledger = ledgerOf(prepared.rows, answered.settled, batch, parts);
  batch.job.onLedger(ledger);
  countSavings(prepared, answered, batch, parts.metrics);
  const answerColumns = batch.classifiers.map(({ name, digest, outputs }, index) => {
    const answers = answered.settled[index]!.map(({ answer }) => answer);
    countAnswers(name, answers, parts.metrics);
    for (const answer of answers) if (answer.errorCode !== null) batch.onError(answer);
    return { name, promptDigest: promptDigestOf(digest), outputs, answers };
  });
  const ipc = await parts.workers.encode(
    { jobId: batch.job.id, carried: prepared.carried, rows: prepared.rows, columns: answerColumns },
    scope,
  );
  return { ipc, ledger };
}
