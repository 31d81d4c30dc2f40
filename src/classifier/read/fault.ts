import type { z } from 'zod';
import type { Reading } from '../classifier.ts';
import type { DeclaredOutput } from '../outputs.ts';
import type { Shape } from './shape.ts';

type Bad = Extract<Reading, { ok: false }>;

/** Length of a row's error message. */
const longestFault = 300;
/** Labels named before the rest is only counted. */
const longestList = 160;
const namedFaults = 3;

export function bad(code: Exclude<Bad['code'], 'model_refusal'>, fault: string): Bad {
  return { ok: false, status: 'invalid', code, fault: clip(fault) };
}

function clip(text: string): string {
  return text.length <= longestFault
    ? text
    : `${text.slice(0, longestFault - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function listed(choices: readonly (string | number)[]): string {
  let text = '';
  for (const [index, choice] of choices.entries()) {
    const next = text === '' ? String(choice) : `${text}, ${choice}`;
    if (index > 0 && next.length > longestList)
      return `${text}, … (${choices.length} labels; ${choices.length - index} more)`;
    text = next;
  }
  return text;
}

function wanted({ kind, choices, minimum, maximum }: DeclaredOutput): string {
  if (choices !== null) return `one of: ${listed(choices)}`;
  const noun = {
    string: 'a text',
    integer: 'an integer',
    float: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  };
  if (minimum !== null && maximum !== null) return `${noun[kind]} from ${minimum} to ${maximum}`;
  if (minimum !== null) return `${noun[kind]} of at least ${minimum}`;
  return maximum === null ? noun[kind] : `${noun[kind]} of at most ${maximum}`;
}

function shapeAt(path: readonly PropertyKey[], shapes: readonly Shape[]): Shape | undefined {
  let shape: Shape | undefined;
  let members = shapes;
  for (const step of path) {
    shape =
      typeof step === 'number'
        ? (shape?.items ?? undefined)
        : members.find(({ output }) => output.name === step);
    members = shape?.properties ?? [];
  }
  return shape;
}

function valueAt(path: readonly PropertyKey[], value: unknown): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], value);
}

function sentenceOf({ path }: z.core.$ZodIssue, value: unknown, shapes: readonly Shape[]): string {
  const shape = shapeAt(path, shapes);
  if (shape === undefined) {
    const names = shapes.map(({ output }) => `"${output.name}"`).join(', ');
    return `The reply must be one JSON object with exactly these keys: ${names}`;
  }
  const missing = valueAt(path, value) === undefined ? 'is missing; it ' : '';
  return `Output "${path.join('.')}" ${missing}must be ${wanted(shape.output)}`;
}

/** A value of the right kind that the label set does not hold. */
function isOutsideSet({ path }: z.core.$ZodIssue, value: unknown, shapes: readonly Shape[]): boolean {
  const output = shapeAt(path, shapes)?.output;
  if (output === undefined || output.choices === null) return false;
  const given = valueAt(path, value);
  return output.kind === 'string' ? typeof given === 'string' : Number.isInteger(given);
}

/**
 * Says what is wrong with a value that no repair could fit, naming outputs and what they allow. The value itself is
 * never quoted: it may hold words of the conversation.
 */
export function faultOf(issues: readonly z.core.$ZodIssue[], value: unknown, shapes: readonly Shape[]): Bad {
  const code = issues.every((issue) => isOutsideSet(issue, value, shapes))
    ? 'not_in_label_set'
    : 'schema_mismatch';
  const sentences = issues.slice(0, namedFaults).map((issue) => sentenceOf(issue, value, shapes));
  const more = issues.length > namedFaults ? `. And ${issues.length - namedFaults} more` : '';
  return bad(code, `${sentences.join('. ')}${more}.`);
}
