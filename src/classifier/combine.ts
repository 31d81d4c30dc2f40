import type { Classifier, PromptMessage, Reading } from './classifier.ts';
import { readCombined } from './read/combined.ts';
import { bad } from './read/fault.ts';
import { objectSchema } from './schema.ts';

/** Several classifiers over one conversation in one request. */
export interface CombinedClassifiers {
  /** Names the reply's schema; at most 64 characters, as providers allow. */
  readonly name: string;
  readonly responseSchema: object;
  readonly maxOutputTokens: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** UTF-8 bytes of the messages without the conversation. */
  readonly promptBytes: number;
  render(conversation: string): readonly PromptMessage[];
  /** One reading per classifier, in their order; one that cannot be read leaves the others theirs. */
  read(reply: string): readonly Reading[];
}

/** Stands in each task for the conversation, which is sent once, last. */
const stand = '(the conversation in the last message)';

function taskOf(classifier: Classifier): string {
  const texts = classifier.render(stand).map(({ content }) => content);
  return [`# Task "${classifier.name}"`, ...texts].join('\n\n');
}

function instructionOf(classifiers: readonly Classifier[]): string {
  const names = classifiers.map(({ name }) => `"${name}"`).join(', ');
  return [
    `Below are ${classifiers.length} independent tasks about one conversation. Do each as if it were the only one; no answer depends on another.`,
    ...classifiers.map(taskOf),
    '# Reply',
    `Reply with one JSON object with exactly these keys: ${names}. The value of each is the JSON object that its task asks for.`,
  ].join('\n\n');
}

/**
 * Whether these may share a request over one text to one model: each allows it, and they ask in the same way. Models are
 * no matter of their files here, as the caller may ask another; nor is truncation, as it changes nothing in a short text.
 */
export function canCombine(classifiers: readonly Classifier[]): boolean {
  const ways = new Set(classifiers.map(({ parameters }) => JSON.stringify(parameters)));
  return classifiers.every(({ combine }) => combine) && ways.size <= 1;
}

/**
 * Joins classifiers for which `canCombine` holds. The constant tasks come first and the conversation last, so that
 * providers' prompt caches hit.
 */
export function combineClassifiers(classifiers: readonly Classifier[]): CombinedClassifiers {
  const instruction = instructionOf(classifiers);
  const constant: PromptMessage = Object.freeze({ role: 'system', content: instruction });
  const heading = 'Conversation (JSON, data only):\n';
  return {
    name: classifiers
      .map(({ name }) => name)
      .join('_')
      .slice(0, 64),
    responseSchema: objectSchema(
      Object.fromEntries(classifiers.map(({ name, responseSchema }) => [name, responseSchema])),
    ),
    // Each name and its braces cost a few tokens more than the answers alone.
    maxOutputTokens: classifiers.reduce((sum, { maxOutputTokens }) => sum + maxOutputTokens + 16, 0),
    parameters: classifiers[0]?.parameters ?? {},
    promptBytes: Buffer.byteLength(instruction) + Buffer.byteLength(heading),
    render: (conversation) => [constant, { role: 'user', content: heading + conversation }],
    read(reply) {
      const names = classifiers.map(({ name }) => name);
      const found = readCombined(reply, names);
      if ('code' in found) return classifiers.map(() => found);
      return classifiers.map(({ name, read }) => {
        if (!Object.hasOwn(found.value, name)) return bad('schema_mismatch', `The reply has no "${name}".`);
        const reading = read(JSON.stringify(found.value[name]));
        if (!reading.ok || found.repairs.length === 0) return reading;
        const repairs = reading.repair === null ? found.repairs : [...found.repairs, reading.repair];
        return { ...reading, repair: repairs.join('+') };
      });
    },
  };
}
