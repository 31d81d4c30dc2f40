import type { Scope } from '../../base/scope.ts';
import type { InputBatch } from '../../files/read/batches.ts';
import type { AnswerStore } from '../../store/store.ts';
import type { Workers } from '../../workers/tasks.ts';
import { type Asking, type FindStored, Tallies } from './tally.ts';

/** What prepares rows, and knows which questions are answered. */
export interface TallyParts {
  readonly workers: Workers;
  /** Null: answers are neither looked up nor kept. */
  readonly store: AnswerStore | null;
}

/** Tallies of batches of so many rows; `onBatch` is told after each. Makes no call. */
export async function tallyRows(
  batches: AsyncIterable<InputBatch>,
  rows: number,
  asking: Asking,
  { workers, store }: TallyParts,
  scope: Scope,
  onBatch: (tallies: Tallies) => void = () => {},
): Promise<Tallies> {
  const questions = asking.classifiers.map(({ digest, truncate }, index) => ({
    digest,
    truncate,
    model: asking.models[index]!,
  }));
  const tallies = new Tallies(asking, rows, store === null ? null : storedIn(store));
  for await (const { ipc, rows: rowCount, input } of batches) {
    const columns = { conversation: input.conversation, id: input.id, passthrough: [] };
    await tallies.add(
      await workers.prepare(
        { jobId: '', ipc, rowCount, maxRows: rowCount, columns, questions, texts: true },
        scope,
      ),
    );
    onBatch(tallies);
  }
  return tallies;
}

function storedIn(store: AnswerStore): FindStored {
  return async (keys) => {
    const answers = keys.length === 0 ? [] : await store.getMany(keys);
    return new Set(keys.filter((_, index) => answers[index] !== undefined));
  };
}
