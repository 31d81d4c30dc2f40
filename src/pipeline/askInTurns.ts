import { SemtelError } from '../base/error.ts';
import { openScope } from '../base/scope.ts';
import { answerQuestions, type Wait } from './answerQuestions.ts';
import { endedAnswer } from './answers.ts';
import type { Question, Settled } from './batch.ts';
import type { Work } from './launch.ts';
import type { PlannedCall } from './plan.ts';

type Settle = (question: Question, settled: Settled) => void;

/**
 * Asks the calls as the turns of their models allow. The rows of each slice that is let in have a clock of their own
 * from then on; what has not been let in when the batch ends takes the state of that end.
 */
export async function askInTurns(calls: readonly PlannedCall[], work: Work, settle: Settle): Promise<void> {
  // A fault of our own in one slice ends the whole batch at once.
  const whole = openScope(work.parts.clock, { parent: work.scope });
  let fault: unknown;
  const fail = (error: unknown) => {
    fault ??= error;
    whole.end(error instanceof SemtelError ? error : new SemtelError('internal', 'A batch failed.'));
  };
  try {
    const byModel = Map.groupBy(calls, ({ model }) => model);
    await Promise.all(
      [...byModel].map(([model, ofModel]) =>
        askModel(model, ofModel, { ...work, scope: whole }, settle, fail).catch(fail),
      ),
    );
  } finally {
    whole.dispose();
  }
  if (fault !== undefined) throw fault;
}

async function askModel(
  model: string,
  calls: readonly PlannedCall[],
  work: Work,
  settle: Settle,
  fail: (error: unknown) => void,
): Promise<void> {
  const { turns } = work.batch;
  const slices: Promise<void>[] = [];
  for (let next = 0; next < calls.length; ) {
    let count: number;
    try {
      count = await turns.take(model, calls.length - next, work.scope);
    } catch (error) {
      const answer = error instanceof SemtelError ? endedAnswer(error) : undefined;
      if (answer === undefined) fail(error);
      else
        for (const { questions } of calls.slice(next))
          for (const question of questions) settle(question, { answer, calls: 0 });
      break;
    }
    slices.push(askSlice(model, calls.slice(next, next + count), work, settle).catch(fail));
    next += count;
  }
  await Promise.all(slices);
}

async function askSlice(
  model: string,
  calls: readonly PlannedCall[],
  work: Work,
  settle: Settle,
): Promise<void> {
  const rows = openRows(work);
  try {
    const waits = answerQuestions(
      calls.flatMap(({ questions }) => questions),
      { ...work, scope: rows },
    );
    await Promise.all(calls.map(({ questions }) => awaitCall(model, questions, waits, work, settle)));
  } finally {
    rows.dispose();
  }
}

/** Waits for the questions of a call and gives its turn back: at once where others ask them all already. */
async function awaitCall(
  model: string,
  questions: readonly Question[],
  waits: ReadonlyMap<Question, Wait>,
  { batch }: Work,
  settle: Settle,
): Promise<void> {
  const holdsTurn = questions.some((question) => waits.get(question)!.opened);
  if (!holdsTurn) batch.turns.done(model, false);
  let replied = false;
  try {
    await Promise.all(
      questions.map(async (question) => {
        const settled = await waits.get(question)!.settled;
        settle(question, settled);
        replied ||= isReply(settled);
      }),
    );
  } finally {
    if (holdsTurn) batch.turns.done(model, replied);
  }
}

function isReply({ answer: { source, status, errorCode } }: Settled): boolean {
  const unanswered = errorCode === 'deadline' || errorCode === 'attempts_exhausted';
  return source === 'llm' && status !== 'over_budget' && status !== 'cancelled' && !unanswered;
}

function openRows({ parts, batch, scope }: Work) {
  return openScope(parts.clock, {
    parent: scope,
    deadlineMs: parts.clock.now() + batch.rowMs,
    onDeadline: () => new SemtelError('deadline', "The row's time was over before an endpoint answered."),
  });
}
