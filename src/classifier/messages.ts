import type { LabelDefinition } from '../base/answer.ts';
import { messageOf } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import type { PromptMessage } from './classifier.ts';
import { givenVariables, type Input } from './inputs.ts';
import type { DeclaredOutput } from './outputs.ts';
import { type Place, PromptError } from './promptError.ts';
import { splitRoles } from './roles.ts';
import { compileTemplate, parseTemplate, type Template } from './template.ts';
import type { Variables } from './variables.ts';

/** One message of the prompt, ready to render. */
export interface Message {
  readonly role: PromptMessage['role'];
  readonly template: Template;
  /** Where the message, or its first use of a variable, stands in the file. */
  place(variable?: string): Place;
}

export interface MessageSources {
  readonly file: string;
  readonly body: string;
  /** Line of the file on which the body begins. */
  readonly bodyLine: number;
  readonly inputs: readonly Input[];
  readonly outputs: readonly DeclaredOutput[];
  readonly labels: Readonly<Record<string, readonly LabelDefinition[]>>;
}

/** Rendered once at load, so that a template which fails on real rows fails before the first of them. */
const samples = [
  '[]',
  JSON.stringify([
    { i: 1, role: 'user', content: 'Hello' },
    { i: null, role: 'note', content: '[1 message left out]' },
  ]),
];

/** The variables besides `conversation` and `messages`. */
function constantsOf({ inputs, outputs, labels }: MessageSources): Readonly<Record<string, unknown>> {
  const declared = inputs.filter(({ name }) => name !== 'conversation');
  return {
    ...Object.fromEntries(declared.map((input) => [input.name, input.default])),
    labels: Object.fromEntries(
      Object.entries(labels).map(([output, set]) => [output, set.map(({ aliases: _, ...label }) => label)]),
    ),
    outputs: outputs.map(({ name, kind, description }) => ({ name, kind, description: description ?? '' })),
  };
}

/** The first variable that nothing provides, and the sentence about it. */
function unknownVariable(
  { free, labelSets }: Variables,
  { inputs, outputs }: MessageSources,
): { readonly name: string; readonly message: string } | null {
  const known = [...givenVariables, ...inputs.map(({ name }) => name)];
  const name = [...free].find((variable) => !known.includes(variable));
  if (name !== undefined) {
    return { name, message: `unknown variable "${name}"; did you mean "${nearest(name, known)}"?` };
  }
  const names = outputs.map((output) => output.name);
  const set = [...labelSets].find((output) => !names.includes(output));
  if (set === undefined) return null;
  return {
    name: 'labels',
    message: `labels.${set}: there is no such output; did you mean "${nearest(set, names)}"?`,
  };
}

/** Where a variable is used first: inside a tag. */
function useOf(variable: string, source: string): Place {
  const match = new RegExp(`\\{[{%](?:(?![}%]\\})[\\s\\S])*?(?<![\\w.])${variable}\\b`).exec(source);
  if (match === null) return { line: 1, column: 1 };
  const before = source.slice(0, match.index + match[0].length - variable.length).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/**
 * Splits a body into messages and compiles each.
 *
 * @throws PromptError: a role line in a block, an unknown variable, a template that does not parse or render
 */
export function compileMessages(sources: MessageSources): readonly Message[] {
  const { file, body, bodyLine } = sources;
  const { parts, faults } = splitRoles(body);
  if (faults.length > 0) {
    throw new PromptError(
      faults.map((fault) => ({ ...fault, file, line: bodyLine + fault.line, column: 1 })),
    );
  }
  const constants = constantsOf(sources);
  return parts.map(({ role, source, line }): Message => {
    const place = (variable?: string): Place => {
      const use = variable === undefined ? { line: 1, column: 1 } : useOf(variable, source);
      return { line: bodyLine + line + use.line - 1, column: use.column };
    };
    try {
      const parsed = parseTemplate(source);
      const unknown = unknownVariable(parsed.variables, sources);
      if (unknown !== null) {
        throw new PromptError([
          { file, rule: 'unknown_variable', ...place(unknown.name), message: unknown.message },
        ]);
      }
      const template = compileTemplate(parsed, constants);
      for (const sample of samples) template.render(sample);
      return { role, template, place };
    } catch (error) {
      if (error instanceof PromptError) throw error;
      const message = `the ${role} message that begins here cannot be rendered: ${messageOf(error)}`;
      throw new PromptError([{ file, rule: 'load', ...place(), message }]);
    }
  });
}
