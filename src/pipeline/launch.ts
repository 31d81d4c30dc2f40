import { openSharedScope, type Scope } from '../base/scope.ts';
import { canCombine } from '../classifier/combine.ts';
import type { Trouble } from '../llm/call.ts';
import type { AskedTexts } from '../workers/tasks.ts';
import { bytesAt, textAt } from '../workers/texts.ts';
import { storedAnswer } from './answers.ts';
import { type Asking, ask } from './ask.ts';
import type { BatchWork, Question, Settled } from './batch.ts';
import type { Flight } from './flights.ts';
import { paidCall } from './paidCall.ts';
import { type PlannedCall, plan } from './plan.ts';
import type { promptFor } from './prompt.ts';
import { type Recording, recordCalls } from './recording.ts';

/** What the steps of one batch share. */
export interface Work extends BatchWork {
  readonly asked: AskedTexts;
  /** The rows' clock. */
  readonly scope: Scope;
  readonly promptFor: typeof promptFor;
}

/** A question whose flight this batch opened and must land. */
export interface Opened {
  readonly question: Question;
  readonly flight: Flight<Settled>;
  /** What the call has been through: words for the row, should it end first. */
  trouble?: Trouble;
  /** Requests sent for it. */
  attempts: number;
  /** Of them those that it counts: a call's are counted once, with its first question. */
  calls: number;
}

/** Looks up, plans and asks the opened questions in the background; every flight lands or fails. */
export function launch(opened: readonly Opened[], work: Work): void {
  lookUpAndAsk(opened, work).catch((error: unknown) => {
    for (const { flight } of opened) flight.fail(error);
  });
}

async function lookUpAndAsk(opened: readonly Opened[], work: Work): Promise<void> {
  const fresh = new Map((await withoutStored(opened, work)).map((mine) => [mine.question, mine]));
  const { classifiers, models, combine } = work.batch;
  const calls = plan([...fresh.keys()], { classifiers, models, combinable: combine ? canCombine : null });
  await Promise.all(
    calls.map((call) =>
      askCall(
        call,
        call.questions.map((question) => fresh.get(question)!),
        work,
      ),
    ),
  );
}

/** Lands what was stored while these questions waited for their turn; gives the rest. */
async function withoutStored(opened: readonly Opened[], work: Work): Promise<readonly Opened[]> {
  if (work.batch.refresh || opened.length === 0) return opened;
  const stored = await work.parts.store.getMany(opened.map(({ question }) => question.key));
  return opened.filter(({ flight }, index) => {
    const answer = stored[index];
    if (answer !== undefined) flight.land({ answer: storedAnswer(answer), calls: 0 });
    return answer === undefined;
  });
}

/** One planned call: asked from the job's budget while anyone waits, kept, landed. */
async function askCall(call: PlannedCall, opened: readonly Opened[], work: Work): Promise<void> {
  // Whoever left during the look-up is not asked for.
  const waitedFor = opened.filter(({ flight }) => flight.scope.ended === undefined);
  if (waitedFor.length === 0) return;
  const { batch, parts } = work;
  const { records, engine, clock } = parts;
  const price = engine.price(call.model);
  const recording =
    records === null ? undefined : recordCalls(records, { jobId: batch.job.id, model: call.model, price });
  const asking = askingOf(call.model, waitedFor, work, recording);
  const paid = paidCall(engine.chat, batch.job.budget, price, clock);
  const results = await ask(asking, paid, scopeOf(waitedFor));
  results.forEach((settled, index) => {
    const { key, classifier } = waitedFor[index]!.question;
    const { status, attempts } = settled.answer;
    // Of a spent budget there is nothing to tell, perhaps a million times.
    if (status !== 'over_budget' || attempts > 0)
      recording?.keep({ key, classifier: batch.classifiers[classifier]! }, settled);
    keepAndLand(settled, waitedFor[index]!, work);
  });
}

/** Lives while anyone waits for any of the call's questions. */
function scopeOf(opened: readonly Opened[]): Scope {
  if (opened.length === 1) return opened[0]!.flight.scope;
  const scope = openSharedScope();
  for (const { flight } of opened) scope.join(flight.scope);
  return scope;
}

function askingOf(
  model: string,
  opened: readonly Opened[],
  work: Work,
  recording: Recording | undefined,
): Asking {
  const { asked, batch } = work;
  const { text } = opened[0]!.question;
  return {
    prompt: work.promptFor(opened.map(({ question }) => batch.classifiers[question.classifier]!)),
    model,
    conversation: () => textAt(asked.texts, text),
    conversationBytes: bytesAt(asked.texts, text),
    jobId: batch.job.id,
    weight: batch.job.weight,
    onAttempt(count) {
      for (const mine of opened) mine.attempts += count;
      opened[0]!.calls += count;
    },
    onTrouble(trouble) {
      for (const mine of opened) mine.trouble = trouble;
    },
    onSent: recording?.onSent,
  };
}

function keepAndLand(settled: Settled, { question, flight }: Opened, { batch, parts }: Work): void {
  const { answer } = settled;
  if (answer.status === 'ok' && answer.outputs !== null) {
    const { outputs, repair, model, endpoint, callQuestions } = answer;
    parts.store.put(question.key, { outputs, repair, model, endpoint, callQuestions });
  }
  if (answer.status !== 'over_budget') batch.job.onAnswer(answer);
  flight.land(settled);
}
