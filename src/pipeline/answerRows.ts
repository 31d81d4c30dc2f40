import { canCombine } from '../classifier/combine.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import { skippedAnswer, storedAnswer } from './answers.ts';
import { askInTurns } from './askInTurns.ts';
import type { Question, Settled } from './batch.ts';
import type { Work } from './launch.ts';
import { plan } from './plan.ts';
import type { SettledColumns } from './settle.ts';

/** Every question of the batch in its place: skipped, from the store, from another's call, or asked. */
export async function answerRows(work: Work): Promise<SettledColumns> {
  const { prepared, batch } = work;
  const columns: (Settled | undefined)[][] = batch.classifiers.map(() =>
    prepared.skipped.map((code) => (code === null ? undefined : { answer: skippedAnswer(code), calls: 0 })),
  );
  const settle = ({ classifier, row }: Question, settled: Settled) => {
    columns[classifier]![row] = settled;
  };
  const open = await settleStored(questionsOf(prepared, batch.classifiers.length), work, settle);
  const { classifiers, models, combine } = batch;
  const calls = plan(open, { classifiers, models, combinable: combine ? canCombine : null });
  await askInTurns(calls, work, settle);
  return columns as Settled[][];
}

/** Row by row, so that the rows that come first are whole first. */
function questionsOf({ skipped, keys, textOf }: PreparedBatch, classifiers: number): Question[] {
  const questions: Question[] = [];
  skipped.forEach((code, row) => {
    if (code !== null) return;
    for (let classifier = 0; classifier < classifiers; classifier++) {
      questions.push({ row, classifier, key: keys[classifier]![row]!, text: textOf[classifier]![row]! });
    }
  });
  return questions;
}

/** Settles what the store knows, which takes nobody's turn; gives the rest. */
async function settleStored(
  questions: readonly Question[],
  { batch, parts }: Work,
  settle: (question: Question, settled: Settled) => void,
): Promise<readonly Question[]> {
  if (batch.refresh || questions.length === 0) return questions;
  const stored = await parts.store.getMany(questions.map(({ key }) => key));
  return questions.filter((question, index) => {
    const answer = stored[index];
    if (answer !== undefined) settle(question, { answer: storedAnswer(answer), calls: 0 });
    return answer === undefined;
  });
}
