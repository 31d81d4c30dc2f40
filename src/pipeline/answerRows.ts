import { SemtelError } from '../base/error.ts';
import type { PreparedBatch } from '../workers/tasks.ts';
import { afterTrouble, endedAnswer, sharedAnswer, skippedAnswer } from './answers.ts';
import type { Question, Settled } from './batch.ts';
import type { Landing } from './flights.ts';
import { launch, type Opened, type Work } from './launch.ts';
import type { SettledColumns } from './settle.ts';

/** Every question of the batch in its place: skipped, from the store, from another's call, or asked. */
export async function answerRows(work: Work): Promise<SettledColumns> {
  const { prepared, batch } = work;
  const questions = batch.classifiers.flatMap((_, classifier) => questionsOf(prepared, classifier));
  const settled = await answerQuestions(questions, work);
  const columns = batch.classifiers.map(() =>
    prepared.skipped.map((code) => (code === null ? undefined : { answer: skippedAnswer(code), calls: 0 })),
  );
  questions.forEach(({ classifier, row }, index) => {
    columns[classifier]![row] = settled[index]!;
  });
  return columns as SettledColumns;
}

function questionsOf(prepared: PreparedBatch, classifier: number): Question[] {
  const questions: Question[] = [];
  prepared.skipped.forEach((code, row) => {
    if (code !== null) return;
    const key = prepared.keys[classifier]![row]!;
    questions.push({ row, classifier, key, text: prepared.textOf[classifier]![row]! });
  });
  return questions;
}

/** Joins the questions that are being asked already, opens the others, and waits for all. */
function answerQuestions(questions: readonly Question[], work: Work): Promise<readonly Settled[]> {
  const { flights } = work.parts;
  const opened: Opened[] = [];
  const waits = questions.map((question) => {
    const joined = flights.join(question.key, work.scope);
    if (joined !== undefined) return settledBy(joined, question, undefined, work);
    const mine: Opened = { question, flight: flights.open(question.key, work.scope) };
    opened.push(mine);
    return settledBy(mine.flight.landing, question, mine, work);
  });
  launch(opened, work);
  return Promise.all(waits);
}

async function settledBy(
  landing: Promise<Landing<Settled>>,
  question: Question,
  mine: Opened | undefined,
  work: Work,
): Promise<Settled> {
  let landed: Landing<Settled>;
  try {
    landed = await landing;
  } catch (error) {
    return settledAtEnd(error, mine, work);
  }
  if (landed === null) {
    // The opener could not pay for it: a row of another job asks for itself.
    return mine?.denied ?? (await answerQuestions([question], work))[0]!;
  }
  return landed.payer ? landed.result : { answer: sharedAnswer(landed.result.answer), calls: 0 };
}

/** The state of a question whose row ended first; anything else is a fault of our own and ends the exchange. */
function settledAtEnd(error: unknown, mine: Opened | undefined, { scope }: Work): Settled {
  const answer = scope.ended !== undefined && error instanceof SemtelError ? endedAnswer(error) : undefined;
  if (answer === undefined) throw error;
  if (mine?.trouble === undefined) return { answer, calls: 0 };
  // Where others still wait, the call goes on, and they will count it.
  const calls = mine.flight.scope.ended === undefined ? 0 : mine.trouble.attempts;
  return { answer: afterTrouble(answer, mine.trouble), calls };
}
