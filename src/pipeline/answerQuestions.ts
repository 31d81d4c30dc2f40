import { SemtelError } from '../base/error.ts';
import { addBill, afterAttempts, endedAnswer, sharedAnswer } from './answers.ts';
import type { Question, Settled } from './batch.ts';
import type { Landing } from './flights.ts';
import { launch, type Opened, type Work } from './launch.ts';

/** How a question is waited for. */
export interface Wait {
  readonly settled: Promise<Settled>;
  /** False: another's call is waited for. */
  readonly opened: boolean;
}

/** Joins the questions that are being asked already and opens the others. */
export function answerQuestions(questions: readonly Question[], work: Work): ReadonlyMap<Question, Wait> {
  const { flights } = work.parts;
  const opened: Opened[] = [];
  const waits = new Map<Question, Wait>();
  for (const question of questions) {
    const joined = flights.join(question.key, work.scope);
    if (joined !== undefined) {
      waits.set(question, { settled: settledBy(joined, question, undefined, work), opened: false });
      continue;
    }
    const mine: Opened = {
      question,
      flight: flights.open(question.key, work.scope),
      attempts: 0,
      calls: 0,
    };
    opened.push(mine);
    waits.set(question, { settled: settledBy(mine.flight.landing, question, mine, work), opened: true });
  }
  launch(opened, work);
  return waits;
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
  const { result, payer } = landed;
  if (mine === undefined && result.answer.status === 'over_budget') {
    // The opener could not pay: who joined asks for itself, and carries what it cost so far where the opener has left.
    const own = await answerQuestions([question], work).get(question)!.settled;
    return payer ? { answer: addBill(own.answer, result.answer), calls: own.calls + result.calls } : own;
  }
  return payer ? result : { answer: sharedAnswer(result.answer), calls: 0 };
}

/** The state of a question whose row ended first; anything else is a fault of our own and ends the exchange. */
function settledAtEnd(error: unknown, mine: Opened | undefined, { scope }: Work): Settled {
  const answer = scope.ended !== undefined && error instanceof SemtelError ? endedAnswer(error) : undefined;
  if (answer === undefined) throw error;
  if (mine === undefined || mine.attempts === 0) return { answer, calls: 0 };
  // Where others still wait, the call goes on, and they will count it.
  const calls = mine.flight.scope.ended === undefined ? 0 : mine.calls;
  return { answer: afterAttempts(answer, mine.attempts, mine.trouble), calls };
}
