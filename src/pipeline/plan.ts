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
 * New questions to calls: one each, or one for the questions of a row that share text and model, as far as they may.
 * Every question stands in exactly one call.
 */
export function plan(questions: readonly Question[], options: PlanOptions): readonly PlannedCall[] {
  const { classifiers, models, combinable } = options;
  const call = (together: readonly Question[]) => ({
    questions: together,
    model: models[together[0]!.classifier]!,
  });
  if (combinable === null) return questions.map((question) => call([question]));
  const mayJoin = (group: readonly Question[], question: Question) =>
    combinable([...group, question].map(({ classifier }) => classifiers[classifier]!));
  const sameText = Map.groupBy(
    questions,
    ({ row, text, classifier }) => `${row} ${text} ${models[classifier]}`,
  );
  return [...sameText.values()].flatMap((members) => {
    const groups: Question[][] = [];
    for (const question of members) {
      const group = groups.find((each) => mayJoin(each, question));
      if (group === undefined) groups.push([question]);
      else group.push(question);
    }
    return groups.map(call);
  });
}
