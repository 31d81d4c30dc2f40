import type { Classifier, PromptMessage, Reading } from '../classifier/classifier.ts';
import { combineClassifiers } from '../classifier/combine.ts';

/** What is sent for one or several questions over one conversation, and how the reply is read: one shape for both. */
export interface Prompt {
  /** Names the reply's schema. */
  readonly name: string;
  readonly classifiers: readonly Classifier[];
  readonly responseSchema: object;
  readonly maxOutputTokens: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** UTF-8 bytes of the messages without the conversation. */
  readonly promptBytes: number;
  render(conversation: string): readonly PromptMessage[];
  /** One reading per classifier, in their order. */
  read(reply: string): readonly Reading[];
}

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
