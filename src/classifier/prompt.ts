import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { LabelDefinition } from '../base/answer.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import { type Log, noLog } from '../base/log.ts';
import { nearest } from '../base/nearest.ts';
import { type Check, checkOf } from './check.ts';
import type { PromptMessage } from './classifier.ts';
import { type Derivation, readDerivation } from './derive.ts';
import { digestOf } from './digest.ts';
import { firstVersionKeys } from './firstVersion.ts';
import { type FrontMatter, type Path, readFrontMatter } from './frontMatter.ts';
import { givenVariables, type Input, readInputs } from './inputs.ts';
import { readLabels } from './labels.ts';
import { type DeclaredOutput, readOutputs } from './outputs.ts';
import { parametersOf } from './parameters.ts';
import { type Place, PromptError } from './promptError.ts';
import { columnName, type PromptFile, promptFile } from './promptFile.ts';
import { type Environment, resolveReferences } from './references.ts';
import { type Part, splitRoles } from './roles.ts';
import { compileTemplate, type Template } from './template.ts';

/** A prompt file by its path, or its text with the name and folder it would have. */
export type PromptSource = string | { readonly source: string; readonly name: string; readonly dir: string };

export interface LoadOptions {
  /** For `${env:NAME}`. */
  readonly env: Environment;
  readonly log?: Log;
}

/** One message of the prompt, ready to render. */
export interface Message {
  readonly role: PromptMessage['role'];
  readonly template: Template;
  /** Where the message, or its first use of a variable, stands in the file. */
  place(variable?: string): Place;
}

/** All that a prompt file says, checked. */
export interface Prompt {
  /** As named in messages. */
  readonly file: string;
  readonly name: string;
  readonly front: PromptFile;
  readonly inputs: readonly Input[];
  readonly outputs: readonly DeclaredOutput[];
  readonly labels: Readonly<Record<string, readonly LabelDefinition[]>>;
  readonly derivation: Derivation;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly messages: readonly Message[];
  readonly digest: string;
  placeOf(path: Path): Place;
}

interface Text {
  readonly file: string;
  readonly name: string;
  readonly dir: string;
  readonly source: string;
}

function textOf(from: PromptSource): Text {
  const clean = (source: string) => source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (typeof from !== 'string') return { ...from, file: from.name, source: clean(from.source) };
  try {
    const source = clean(readFileSync(from, 'utf8'));
    return { file: from, name: basename(from, '.prompty'), dir: dirname(resolve(from)), source };
  } catch (error) {
    throw new SemtelError('prompt', `Cannot read the prompt file ${from}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function refuseFirstVersion(front: FrontMatter, check: Check): void {
  const keys = firstVersionKeys(front.data);
  if (keys.length === 0) return;
  const named = keys.map((key) => key.join('.')).join(', ');
  check.fail(
    keys[0]!,
    `this is a Prompty 1 file (${named}); semtel reads Prompty 2: model.id and model.options, inputs and outputs with kind, template.format.kind`,
  );
}

/** `model.connection` without its references: a connection is not used, so its secrets need not be set. */
function withoutConnection(data: unknown, file: string, log: Log): unknown {
  if (typeof data !== 'object' || data === null || !('model' in data)) return data;
  const { model } = data;
  if (typeof model !== 'object' || model === null || !('connection' in model)) return data;
  log.warn('The prompt names a connection, which is not used: endpoints are configured in semtel.yaml.', {
    file,
  });
  const { connection: _, ...rest } = model;
  return { ...data, model: rest };
}

function checkVariables(
  part: Part,
  template: Template,
  inputs: readonly Input[],
  outputs: readonly DeclaredOutput[],
  fail: (variable: string, message: string) => never,
): void {
  const known = [...givenVariables, ...inputs.map(({ name }) => name)];
  for (const name of template.variables.free) {
    if (!known.includes(name)) {
      fail(
        name,
        `the ${part.role} message uses the unknown variable "${name}"; did you mean "${nearest(name, known)}"?`,
      );
    }
  }
  const names = outputs.map(({ name }) => name);
  for (const name of template.variables.labelSets) {
    if (!names.includes(name))
      fail(
        'labels',
        `there is no output "${name}" for labels.${name}; did you mean "${nearest(name, names)}"?`,
      );
  }
}

/** Where a variable is used first in a part: inside a tag. */
function useOf(variable: string, source: string): { line: number; column: number } | null {
  const pattern = new RegExp(`\\{[{%](?:(?![}%]\\})[\\s\\S])*?(?<![\\w.])${variable}\\b`);
  const match = pattern.exec(source);
  if (match === null) return null;
  const before = source.slice(0, match.index + match[0].length - variable.length).split('\n');
  return { line: before.length - 1, column: before.at(-1)!.length + 1 };
}

const sampleConversation = JSON.stringify([
  { i: 1, role: 'user', content: 'Hello' },
  { i: null, role: 'note', content: '[1 message left out]' },
]);

/**
 * Reads and checks a prompt file (Prompty 2, ours under `metadata.semtel`).
 *
 * @throws PromptError that names file, line and column of each fault
 */
export function readPrompt(from: PromptSource, { env, log = noLog }: LoadOptions): Prompt {
  const { file, name, dir, source } = textOf(from);
  const matter = readFrontMatter(source, file);
  const check = checkOf(file, matter.placeOf);
  refuseFirstVersion(matter, check);
  const data = resolveReferences(withoutConnection(matter.data, file, log), dir, env, check.fail);
  const front = check.parse(promptFile, data, []);
  if (front.name === undefined) check.parse(columnName, name, ['name']);
  if (front.model.provider !== undefined) {
    log.warn('The prompt names a provider, which is not used: endpoints are configured in semtel.yaml.', {
      file,
    });
  }
  const { semtel } = front.metadata;
  const inputs = readInputs(front.inputs, check);
  const outputs = readOutputs(front.outputs, check);
  const labels = readLabels(semtel.labels, outputs, check);
  const derivation = readDerivation(semtel.derive, outputs, check);
  const parameters = parametersOf(front.model.options, check);

  const { parts, faults } = splitRoles(matter.body);
  if (faults.length > 0) {
    throw new PromptError(
      faults.map(({ line, rule, message }) => ({
        file,
        line: matter.bodyLine + line,
        column: 1,
        rule,
        message,
      })),
    );
  }
  const constants = {
    ...Object.fromEntries(
      inputs.filter((input) => input.name !== 'conversation').map((input) => [input.name, input.default]),
    ),
    labels: Object.fromEntries(
      Object.entries(labels).map(([output, set]) => [output, set.map(({ aliases: _, ...label }) => label)]),
    ),
    outputs: outputs.map((output) => ({
      name: output.name,
      kind: output.kind,
      description: output.description ?? '',
    })),
  };
  const messages = parts.map((part): Message => {
    const place = (variable?: string): Place => {
      const use = variable === undefined ? null : useOf(variable, part.source);
      return { line: matter.bodyLine + part.line + (use?.line ?? 0), column: use?.column ?? 1 };
    };
    const fail = (at: Place, rule: string, message: string): never => {
      throw new PromptError([{ file, rule, ...at, message }]);
    };
    try {
      const template = compileTemplate(part.source, constants);
      checkVariables(part, template, inputs, outputs, (variable, message) =>
        fail(place(variable), 'unknown_variable', message),
      );
      for (const sample of ['[]', sampleConversation]) template.render(sample);
      return { role: part.role, template, place };
    } catch (error) {
      if (error instanceof PromptError) throw error;
      return fail(
        place(),
        'load',
        `the template of the ${part.role} message cannot be rendered: ${messageOf(error)}`,
      );
    }
  });
  const { pack: _, combine: __, ...ours } = semtel;
  return {
    file,
    name: front.name ?? name,
    front,
    inputs,
    outputs,
    labels,
    derivation,
    parameters,
    messages,
    digest: digestOf({
      body: matter.body,
      inputs,
      outputs,
      'model.options': front.model.options,
      template: front.template,
      'metadata.semtel': ours,
    }),
    placeOf: matter.placeOf,
  };
}
