import { canCombine } from '../classifier/combine.ts';
import type { AskedTexts, PreparedBatch } from '../workers/tasks.ts';
import { skippedAnswer, storedAnswer } from './answers.ts';
import { askInTurns } from './askInTurns.ts';
import type { BatchScopes, BatchWork, Question, Settled } from './batch.ts';
import { plan } from './plan.ts';
import { askedTexts } from './prepare.ts';
import { promptBook } from './prompt.ts';

/** What became of every question of a batch. */
export interface AnsweredRows {
  /** `settled[classifier][row]`. */
  readonly settled: readonly (readonly Settled[])[];
  /** Null where nothing had to be asked. */
  readonly asked: AskedTexts | null;
}

/** A question whose text is not known yet. */
type Keyed = Omit<Question, 'text'>;

/** Every question of the batch in its place: skipped, from the store, from another's call, or asked. */
export async function answerRows(
  prepared: PreparedBatch,
  batchWork: BatchWork,
  scopes: BatchScopes,
): Promise<AnsweredRows> {
  const { batch } = batchWork;
  const { classifiers, models, combine } = batch;
  const columns: (Settled | undefined)[][] = classifiers.map(() =>
    prepared.skipped.map((code) => (code === null ? undefined : { answer: skippedAnswer(code), calls: 0 })),
  );
  const settled = columns as Settled[][];
  const settle = ({ classifier, row }: Keyed, answer: Settled) => {
    columns[classifier]![row] = answer;
  };
  const open = await settleStored(questionsOf(prepared, classifiers.length), batchWork, settle);
  if (open.length === 0) return { settled, asked: null };
  const asked = await askedTexts(prepared, batchWork, scopes.exchange);
  const questions = open.map((question) => ({
    ...question,
    text: asked.textOf[question.classifier]![question.row]!,
  }));
  const calls = plan(questions, { classifiers, models, combinable: combine ? canCombine : null });
  await askInTurns(calls, { ...batchWork, asked, scope: scopes.rows, promptFor: promptBook() }, settle);
  return { settled, asked };
}

/** Row by row, so that the rows that come first are whole first. */
function questionsOf({ skipped, keys }: PreparedBatch, classifiers: number): Keyed[] {
  const questions: Keyed[] = [];
  skipped.forEach((code, row) => {
    if (code !== null) return;
    for (let classifier = 0; classifier < classifiers; classifier++)
      questions.push({ row, classifier, key: keys[classifier]![row]! });
  });
  return questions;
}

/** Settles what the store knows, which takes nobody's turn; gives the rest. */
async function settleStored(
  questions: readonly Keyed[],
  { batch, parts }: BatchWork,
  settle: (question: Keyed, settled: Settled) => void,
): Promise<readonly Keyed[]> {
  if (batch.refresh || questions.length === 0) return questions;
  const stored = await parts.store.getMany(questions.map(({ key }) => key));
  return questions.filter((question, index) => {
    const answer = stored[index];
    if (answer !== undefined) settle(question, { answer: storedAnswer(answer), calls: 0 });
    return answer === undefined;
  });
}
