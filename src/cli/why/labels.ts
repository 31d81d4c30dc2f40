import { SemtelError } from '../../base/error.ts';
import { openInputs } from '../../files/read/input.ts';
import type { LabelRecord } from '../../store/record.ts';
import type { FileOptions } from '../../store/sqliteFile.ts';
import type { KnownClassifier } from '../run/labeller.ts';
import { type AnswerValue, type Finished, rowWith } from './finished.ts';
import { keptRecords } from './keptRecords.ts';
import { questionKeys } from './questionKeys.ts';

/** What is told of one label. */
export interface Label {
  readonly classifier: string;
  /** As the output has it. */
  readonly answer: AnswerValue;
  /** Null: nothing was kept of it. */
  readonly record: LabelRecord | null;
}

/**
 * The labels of the row with this id in `output`, with what `file` holds of them. Their keys are made again from the
 * inputs of the run. Rejects with one `input` sentence where output or inputs have no such row.
 */
export async function labelsOf(
  id: string,
  output: string,
  finished: Finished,
  classifiers: readonly KnownClassifier[],
  file: FileOptions,
): Promise<readonly Label[]> {
  const { inputs: paths, options } = finished;
  const wanted = { conversation: options.conversation, id: options.id ?? undefined };
  const inputs = await openInputs(paths, wanted);
  const { id: column } = inputs[0]!;
  if (column === '') throw new SemtelError('input', `${output} has no ids: run again with --id COL.`);
  const row = await rowWith(id, column, output, finished);
  const keys = await questionKeys(id, classifiers, inputs);
  const found = classifiers.map(({ name, digest }, index) => {
    const answer = row[name] as AnswerValue;
    if (!digest.startsWith(String(answer.prompt_digest)))
      throw new SemtelError('input', `${output} and ${output}.semtel.json are of different runs: run again.`);
    return { classifier: name, answer, key: keys[index]!, ok: answer.status === 'ok' };
  });
  const records = keptRecords(found, file);
  return found.map(({ classifier, answer }, index) => ({ classifier, answer, record: records[index]! }));
}
