import { SemtelError } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import type { PipelineParts } from '../pipeline/batch.ts';
import type { ClassifyOptions } from './exchange.ts';

export type Classifier = ReturnType<PipelineParts['classifiers']['list']>[number];

/** The classifier of that name; `unknown_classifier` names those there are. */
export function classifierNamed(name: string, { classifiers }: PipelineParts): Classifier {
  const found = classifiers.get(name);
  if (found !== undefined) return found;
  const names = classifiers.list().map((classifier) => classifier.name);
  const guess = nearest(name, names);
  const meant = guess === undefined ? '' : `; did you mean "${guess}"?`;
  throw new SemtelError(
    'unknown_classifier',
    `There is no classifier "${name}"${meant} (there are: ${names.join(', ')}).`,
  );
}

type Engine = Pick<PipelineParts['engine'], 'models' | 'price'>;
type Asked = Pick<ClassifyOptions, 'model' | 'maxCost'>;

/** The logical model that answers each classifier; `bad_option` where a limit of cost could not be kept. */
export function modelsFor(
  classifiers: readonly Classifier[],
  asked: Asked,
  engine: Engine,
): readonly string[] {
  const models = classifiers.map((classifier) => modelFor(classifier, asked, engine));
  const currencies = [...new Set(models.map((model) => engine.price(model)?.currency))];
  if (asked.maxCost > 0 && currencies.length > 1)
    throw new SemtelError(
      'bad_option',
      `max_cost needs one currency, and the models have prices in ${currencies.join(' and ')}; ask for them apart.`,
    );
  return models;
}

/** The one asked for, else the classifier's own, else `default`. */
function modelFor(classifier: Classifier, asked: Asked, engine: Engine): string {
  const model = asked.model || classifier.model || 'default';
  if (!engine.models.includes(model)) {
    const who = asked.model === '' ? `The classifier "${classifier.name}" asks for` : 'The options ask for';
    throw new SemtelError(
      'unknown_model',
      `${who} the model "${model}", which is not configured (there are: ${engine.models.join(', ')}).`,
    );
  }
  if (asked.maxCost > 0 && engine.price(model) === null)
    throw new SemtelError(
      'bad_option',
      `max_cost needs a price: give the model "${model}" one, or leave the option out.`,
    );
  return model;
}
