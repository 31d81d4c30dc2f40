import type { LabelDefinition } from '../base/answer.ts';
import { type Log, noLog } from '../base/log.ts';
import { type Check, checkOf } from './check.ts';
import { type Derivation, readDerivation } from './derive.ts';
import { digestOf } from './digest.ts';
import { firstVersionKeys } from './firstVersion.ts';
import { type FrontMatter, type Path, readFrontMatter } from './frontMatter.ts';
import { type Input, readInputs } from './inputs.ts';
import { readLabels } from './labels.ts';
import { compileMessages, type Message } from './messages.ts';
import { type DeclaredOutput, readOutputs } from './outputs.ts';
import { parametersOf } from './parameters.ts';
import type { Place } from './promptError.ts';
import { columnName, type PromptFile, promptFile } from './promptFile.ts';
import { type PromptSource, promptText } from './promptSource.ts';
import { type Environment, resolveReferences } from './references.ts';

export interface LoadOptions {
  /** For `${env:NAME}`. */
  readonly env: Environment;
  readonly log?: Log;
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

/**
 * Reads and checks a prompt file (Prompty 2, ours under `metadata.semtel`).
 *
 * @throws PromptError that names file, line and column of each fault
 */
export function readPrompt(from: PromptSource, { env, log = noLog }: LoadOptions): Prompt {
  const { file, name, dir, source } = promptText(from);
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

  const messages = compileMessages({
    file,
    body: matter.body,
    bodyLine: matter.bodyLine,
    inputs,
    outputs,
    labels,
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
