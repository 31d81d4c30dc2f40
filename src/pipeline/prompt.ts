import type { Classifier } from '../classifier/classifier.ts';
import { type CombinedClassifiers, combineClassifiers } from '../classifier/combine.ts';

/** What is sent for one or several questions over one conversation, and how the reply is read: one shape for both. */
export interface Prompt extends CombinedClassifiers {
  readonly classifiers: readonly Classifier[];
}

/** A classifier asked alone: its reply is its outputs themselves. */
function alone(classifier: Classifier): Prompt {
  return {
    name: classifier.name,
    classifiers: [classifier],
    responseSchema: classifier.responseSchema,
    maxOutputTokens: classifier.maxOutputTokens,
    parameters: classifier.parameters,
    promptBytes: classifier.promptBytes,
    render: classifier.render,
    read: (reply) => [classifier.read(reply)],
  };
}

/** One prompt for the classifiers given: a single one as its file says, several in one request. */
export function promptFor(classifiers: readonly Classifier[]): Prompt {
  return classifiers.length === 1
    ? alone(classifiers[0]!)
    : { classifiers, ...combineClassifiers(classifiers) };
}

/** `promptFor`, made once per set of classifiers: what a batch asks for each of its rows. */
export function promptBook(): typeof promptFor {
  const made = new Map<string, Prompt>();
  return (classifiers) => {
    const set = classifiers.map(({ name }) => name).join(' ');
    const prompt = made.get(set) ?? promptFor(classifiers);
    made.set(set, prompt);
    return prompt;
  };
}
