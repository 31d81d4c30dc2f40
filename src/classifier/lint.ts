import { messageOf } from '../base/error.ts';
import { choicesOf } from './labels.ts';
import { usesConversation } from './messages.ts';
import { type LoadOptions, type Prompt, readPrompt } from './prompt.ts';
import { type Finding, type Place, PromptError } from './promptError.ts';
import type { PromptSource } from './promptSource.ts';

type Rule = (prompt: Prompt) => readonly (Place & Pick<Finding, 'message'>)[];

/** Rules for what loads but is likely to be a mistake; what does not load has rules of its own. */
const rules: Readonly<Record<string, Rule>> = {
  older_format: ({ older }) => older,
  unused_input({ inputs, messages, places }) {
    const used = (name: string) =>
      messages.some(
        ({ template: { variables } }) =>
          variables.free.has(name) || (name === 'conversation' && variables.free.has('messages')),
      );
    return inputs
      .filter(({ name }) => !used(name))
      .map(({ name }) => ({
        ...places.inputs.get(name)!,
        message: `the input "${name}" is used by no message`,
      }));
  },
  conversation_missing({ messages, faults, placeOf }) {
    // A variable that nothing provides is likely to be the conversation, misspelt.
    const used = messages.some(usesConversation) || faults.some(({ rule }) => rule === 'unknown_variable');
    return used
      ? []
      : [{ ...(messages[0]?.place() ?? placeOf([])), message: 'no message uses {{ conversation }}' }];
  },
  conversation_outside_user: ({ messages, faults }) =>
    // Whose message it is, a role line that does not count leaves open.
    (faults.some(({ rule }) => rule === 'role_in_block') ? [] : messages).flatMap(
      ({ role, template, place }) =>
        ['conversation', 'messages']
          .filter((name) => role !== 'user' && template.variables.free.has(name))
          .map((name) => ({
            ...place(name),
            message:
              role === 'thread'
                ? 'the conversation is sent as messages of its own, which the model may obey or go on with: make it of kind string, in a user message'
                : `the ${role} message holds the ${name}: data belongs in a user message, where it cannot pass for instructions`,
          })),
    ),
  undefined_labels: ({ outputs, labels, placeOf, places }) =>
    outputs
      .filter((output) => choicesOf(output).length > 0)
      .flatMap(({ name }) => {
        const bare = labels[name]!.filter(({ definition }) => definition.trim() === '');
        if (bare.length === 0) return [];
        const place =
          bare.length === labels[name]!.length
            ? places.outputs.get(name)!
            : placeOf(['metadata', 'semtel', 'labels', name, bare[0]!.name]);
        const names = bare.map((label) => label.name).join(', ');
        return [{ ...place, message: `labels of "${name}" without a definition: ${names}` }];
      }),
};

/**
 * Checks one prompt file for what would make its labels worse than they need be.
 *
 * @returns the findings, in file order; empty for a clean file. What keeps it from loading is a finding too.
 */
export function lintClassifier(from: PromptSource, options: LoadOptions = { env: {} }): readonly Finding[] {
  try {
    const prompt = readPrompt(from, options);
    const found = Object.entries(rules).flatMap(([rule, run]) =>
      run(prompt).map((each): Finding => ({ file: prompt.file, rule, ...each })),
    );
    return [...prompt.faults, ...found].sort((a, b) => a.line - b.line || a.column - b.column);
  } catch (error) {
    if (error instanceof PromptError) return error.findings;
    return [
      {
        file: typeof from === 'string' ? from : from.name,
        line: 1,
        column: 1,
        rule: 'load',
        message: messageOf(error),
      },
    ];
  }
}
