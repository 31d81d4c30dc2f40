import type { Classifier } from '../classifier/classifier.ts';
import type { Question } from './batch.ts';

/** One call to be made: the questions of one row that share a request. */
export interface PlannedCall {
  readonly questions: readonly Question[];
  /** Logical model. */
  readonly model: string;
}

export interface PlanOptions {
  readonly classifiers: readonly Classifier[];
  /** Logical model per classifier. */
  readonly models: readonly string[];
  /** May these share a request? Null: every question alone. */
  readonly combinable: ((classifiers: readonly Classifier[]) => boolean) | null;
}

/**
 * New questions to calls: one each, or one for the questions of a row that share text and model, where they may.
 * Every question stands in exactly one call.
 */
export function plan(questions: readonly Question[], options: PlanOptions): readonly PlannedCall[] {
  const alone = (question: Question) => ({
    questions: [question],
    model: options.models[question.classifier]!,
  });
  const { combinable } = options;
  if (combinable === null) return questions.map(alone);
  const groups = Map.groupBy(
    questions,
    ({ row, text, classifier }) => `${row} ${text} ${options.models[classifier]}`,
  );
  return [...groups.values()].flatMap((group) => {
    const together =
      group.length > 1 && combinable(group.map(({ classifier }) => options.classifiers[classifier]!));
    return together ? [{ ...alone(group[0]!), questions: group }] : group.map(alone);
  });
}
