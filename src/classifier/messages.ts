import type { LabelDefinition } from '../base/answer.ts';
import { messageOf } from '../base/error.ts';
import { nearest } from '../base/nearest.ts';
import { faultyTag } from './faultyTag.ts';
import { givenVariables, type Input } from './inputs.ts';
import type { DeclaredOutput } from './outputs.ts';
import type { Finding, Place } from './promptError.ts';
import { type Part, splitRoles } from './roles.ts';
import { compileTemplate, parseTemplate, type Template } from './template.ts';
import type { Variables } from './variables.ts';

/** One message of the prompt, ready to render. */
export interface Message {
  readonly role: Part['role'];
  readonly template: Template;
  /** Where the message, or its first use of a variable, stands in the file. */
  place(variable?: string): Place;
}

/** True where rows differ in this message. */
export function usesConversation({ template: { variables } }: Message): boolean {
  return variables.free.has('conversation') || variables.free.has('messages');
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

/** The template, when it renders. */
function tried(template: Template): Template {
  for (const sample of samples) template.render(sample);
  return template;
}

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

/** Each variable that nothing provides, with the sentence about it. */
function unknownVariables(
  { free, labelSets }: Variables,
  { inputs, outputs }: MessageSources,
): readonly { readonly name: string; readonly message: string }[] {
  const known = [...givenVariables, ...inputs.map(({ name }) => name)];
  const names = outputs.map((output) => output.name);
  return [
    ...[...free]
      .filter((name) => !known.includes(name))
      .map((name) => ({
        name,
        message: `unknown variable "${name}"; did you mean "${nearest(name, known)}"?`,
      })),
    ...[...labelSets]
      .filter((output) => !names.includes(output))
      .map((output) => ({
        name: 'labels',
        message: `labels.${output}: there is no such output; did you mean "${nearest(output, names)}"?`,
      })),
  ];
}

/** The point at an offset of a text. */
function placeAt(offset: number, text: string): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Offset at which a variable is used first, inside a tag; 0 where it is not. */
function useOf(variable: string, source: string): number {
  const match = new RegExp(`\\{[{%](?:(?![}%]\\})[\\s\\S])*?(?<![\\w.])${variable}\\b`).exec(source);
  return match === null ? 0 : match.index + match[0].length - variable.length;
}

/** The messages of a body, and the faults of those that cannot be used as they are. */
export interface CompiledMessages {
  readonly messages: readonly Message[];
  /** Role lines in blocks, unknown variables, templates that do not parse or render. */
  readonly faults: readonly Finding[];
}

/** What a template with unknown variables renders: it is only looked at. */
const notRendered = { joins: false, render: () => '' };

/** Splits a body into messages and compiles each. */
export function compileMessages(sources: MessageSources): CompiledMessages {
  const { file, body, bodyLine, inputs } = sources;
  const thread = inputs.some(({ name, kind }) => name === 'conversation' && kind === 'thread');
  const { parts, faults } = splitRoles(body, thread);
  const findings: Finding[] = faults.map((fault) => ({
    ...fault,
    file,
    line: bodyLine + fault.line,
    column: 1,
  }));
  // A block that is not closed would be told again by the template library.
  if (findings.some(({ rule }) => rule === 'load')) return { messages: [], faults: findings };
  const constants = constantsOf(sources);
  const messages = parts.flatMap(({ role, source, line }): Message[] => {
    const placeOf = (offset: number): Place => {
      const inPart = placeAt(offset, source);
      return { line: bodyLine + line + inPart.line - 1, column: inPart.column };
    };
    const place = (variable?: string) => placeOf(variable === undefined ? 0 : useOf(variable, source));
    const compile = (text: string) => tried(compileTemplate(parseTemplate(text), constants));
    try {
      const parsed = parseTemplate(source);
      const unknown = unknownVariables(parsed.variables, sources);
      findings.push(
        ...unknown.map(({ name, message }) => ({ file, rule: 'unknown_variable', ...place(name), message })),
      );
      if (unknown.length > 0) {
        return [{ role, template: { variables: parsed.variables, ...notRendered }, place }];
      }
      if (thread && role !== 'thread' && parsed.variables.free.has('conversation')) {
        const message = 'a thread is printed alone on its line: {{ conversation }}';
        findings.push({ file, rule: 'load', ...place('conversation'), message });
        return [];
      }
      return [{ role, template: tried(compileTemplate(parsed, constants)), place }];
    } catch (error) {
      const message = `the template cannot be rendered: ${messageOf(error)}`;
      findings.push({ file, rule: 'load', ...placeOf(faultyTag(source, compile)), message });
      return [];
    }
  });
  return { messages, faults: findings };
}
