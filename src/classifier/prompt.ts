import type { LabelDefinition } from '../base/answer.ts';
import { type Log, noLog } from '../base/log.ts';
import { unknownKey } from '../base/nearest.ts';
import { type Check, checkOf } from './check.ts';
import { type Derivation, readDerivation } from './derive.ts';
import { digestOf } from './digest.ts';
import { type FrontMatter, type Path, readFrontMatter } from './frontMatter.ts';
import { type Input, readInputs } from './inputs.ts';
import { readLabels } from './labels.ts';
import { compileMessages, type Message } from './messages.ts';
import { refusedInBody } from './older/body.ts';
import { type DeclaredOutput, readOutputs } from './outputs.ts';
import { parametersOf } from './parameters.ts';
import { type Finding, type Place, PromptError } from './promptError.ts';
import { columnName, type PromptFile, promptFile } from './promptFile.ts';
import { type PromptSource, promptText } from './promptSource.ts';
import { namedProperties } from './properties.ts';
import { editDistance } from './read/distance.ts';
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
  /** What keeps the file from being used, though not from being looked at further. */
  readonly faults: readonly Finding[];
  /** Keys of an older format that were read as Prompty 2. */
  readonly older: FrontMatter['older'];
  placeOf(path: Path): Place;
  /** Where each input and output stands, by name. */
  readonly places: Readonly<Record<'inputs' | 'outputs', ReadonlyMap<string, Place>>>;
}

/** An older file is read as Prompty 2, with a warning, unless its body holds what cannot be. */
function acceptOlder({ older, body, bodyLine }: FrontMatter, file: string, log: Log): void {
  if (older.length === 0) return;
  const refused = refusedInBody(body);
  if (refused.length > 0) {
    throw new PromptError(
      refused.map((found) => ({ ...found, file, rule: 'load', line: bodyLine + found.line })),
    );
  }
  const mapped = older.map(({ line, message }) => `line ${line}: ${message}`);
  log.warn('The prompt is written in an older Prompty format and read as Prompty 2.', { file, mapped });
}

/** `metadata` holds anything; but our key with a slip in it would leave all that it holds unread. */
function refuseMisspelt(metadata: Readonly<Record<string, unknown>>, check: Check): void {
  const slip = Object.keys(metadata).find(
    (key) => key !== 'semtel' && editDistance(key.toLowerCase(), 'semtel') <= 2,
  );
  if (slip !== undefined) check.fail(['metadata', slip], unknownKey(slip, 'metadata', ['semtel']));
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
 * @throws PromptError that names file, line and column of each fault, where one keeps the file from being read
 */
export function readPrompt(from: PromptSource, { env, log = noLog }: LoadOptions): Prompt {
  const { file, name, dir, source } = promptText(from);
  const matter = readFrontMatter(source, file);
  const check = checkOf(file, matter.placeOf);
  acceptOlder(matter, file, log);
  const data = resolveReferences(withoutConnection(matter.data, file, log), dir, env, check.fail);
  const front = check.parse(promptFile, data, []);
  if (front.name === undefined) check.parse(columnName, name, ['name']);
  if (front.model.provider !== undefined) {
    log.warn('The prompt names a provider, which is not used: endpoints are configured in semtel.yaml.', {
      file,
    });
  }
  refuseMisspelt(front.metadata, check);
  const { semtel } = front.metadata;
  const inputs = readInputs(front.inputs, check);
  const outputs = readOutputs(front.outputs, check);
  const labels = readLabels(semtel.labels, outputs, check);
  const derivation = readDerivation(semtel.derive, outputs, check);
  const parameters = parametersOf(front.model.options, check);

  const compiled = compileMessages({
    file,
    body: matter.body,
    bodyLine: matter.bodyLine,
    inputs,
    outputs,
    labels,
  });
  const faults = [...check.noted, ...compiled.faults];
  if (faults.some(({ rule }) => rule === 'load')) throw new PromptError(faults);
  const placesOf = (list: 'inputs' | 'outputs') =>
    new Map(
      namedProperties(front[list], [list], check).map(({ name, path }) => [name, matter.placeOf(path)]),
    );
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
    messages: compiled.messages,
    faults,
    digest: digestOf({
      body: matter.body,
      inputs,
      outputs,
      'model.options': front.model.options,
      template: front.template,
      'metadata.semtel': ours,
    }),
    older: matter.older,
    placeOf: matter.placeOf,
    places: { inputs: placesOf('inputs'), outputs: placesOf('outputs') },
  };
}
