import type { Scope } from '../../base/scope.ts';
import { batchesAtOnce } from '../../compose/batchBounds.ts';
import type { InputBatch } from '../../files/read/batches.ts';
import type { Output } from '../../files/write/output.ts';
import { answerInOrder } from '../../server/inOrder.ts';
import { checkAnswer } from './checkAnswer.ts';
import type { Labelled, Labeller } from './labeller.ts';
import type { ProgressMeter } from './progressMeter.ts';

/** Labels one batch and makes sure that what comes back is its answer. */
export async function labelBatch(labeller: Labeller, batch: InputBatch, scope: Scope): Promise<Labelled> {
  const answer = await labeller.label(batch, scope);
  const names = labeller.classifiers.map(({ name }) => name);
  checkAnswer(batch.rows, answer, names);
  return answer;
}

/** Labels batches, several at once, and writes the answers in the order of the batches. */
export function labelAll(
  batches: AsyncIterable<InputBatch>,
  labeller: Labeller,
  output: Output,
  meter: ProgressMeter,
  scope: Scope,
): Promise<void> {
  return answerInOrder(
    batches,
    async (batch) => {
      const answer = await labelBatch(labeller, batch, scope);
      meter.add(answer.rows, answer.ledger);
      return answer;
    },
    ({ ipc }) => output.write(ipc),
    batchesAtOnce,
  );
}
