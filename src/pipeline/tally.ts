import type { Answer } from '../base/answer.ts';
import { emptyLedger, type Ledger } from '../base/ledger.ts';
import { costOf } from '../llm/price.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import type { AnsweredRows } from './answerRows.ts';
import { bytesPerToken } from './ask.ts';
import type { BatchRequest, BatchWork, PipelineParts, Settled } from './batch.ts';
import type { Tally } from './settledBatch.ts';

/** Counts a batch whose questions have all ended. */
export function tallyOf(prepared: PreparedBatch, answered: AnsweredRows, { batch, parts }: BatchWork): Tally {
  const columns = answered.settled.map((column) => column.map(({ answer }) => answer));
  return {
    ledger: ledgerOf(prepared.rows, answered.settled, batch, parts),
    savedTokens: savings(prepared, answered, batch),
    states: columns.flatMap((answers, index) => states(batch.classifiers[index]!.name, answers)),
    repairs: columns.flatMap((answers, index) => repairs(batch.classifiers[index]!.name, answers)),
    failures: columns.flatMap((answers) => answers.filter(({ errorCode }) => errorCode !== null)),
  };
}

/** Tells the job, the metrics and the list of errors. */
export function report(tally: Tally, { batch, parts: { metrics } }: BatchWork): void {
  batch.job.onLedger(tally.ledger);
  for (const { labels, count } of tally.savedTokens)
    metrics.count('semtel_tokens_saved_total', labels, count);
  for (const { labels, count } of tally.states) metrics.count('semtel_answers_total', labels, count);
  for (const { labels, count } of tally.repairs) metrics.count('semtel_repairs_total', labels, count);
  for (const answer of tally.failures) batch.onError(answer);
}

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

function savings(
  { bytes }: PreparedBatch,
  { settled, asked }: AnsweredRows,
  batch: BatchRequest,
): Tally['savedTokens'] {
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
  return Object.entries(saved)
    .filter(([, bytes]) => bytes > 0)
    .map(([by, bytes]) => ({ labels: { by }, count: Math.round(bytes / bytesPerToken) }));
}

function states(classifier: string, answers: readonly Answer[]): Tally['states'] {
  const groups = Map.groupBy(answers, ({ status, source }) => `${status} ${source}`);
  return [...groups.values()].map((group) => {
    const { status, source } = group[0]!;
    return { labels: { classifier, status, source }, count: group.length };
  });
}

/** Stored and shared answers repeat a reply that was counted before. */
function repairs(classifier: string, answers: readonly Answer[]): Tally['repairs'] {
  const all = answers.flatMap(({ source, repair }) => (source === 'llm' ? (repair?.split('+') ?? []) : []));
  return [...Map.groupBy(all, (repair) => repair)].map(([repair, { length }]) => ({
    labels: { classifier, repair },
    count: length,
  }));
}
