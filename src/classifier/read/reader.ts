import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { LabelDefinition } from '../../base/answer.ts';
import type { Reading } from '../classifier.ts';
import type { Derivation, Outputs } from '../derive.ts';
import type { DeclaredOutput } from '../outputs.ts';
import { replyType } from '../schema.ts';
import { hasDoubledKeys } from './doubledKeys.ts';
import { bad, faultOf } from './fault.ts';
import { jsonIn, maxAnswerChars, type Unwrapped } from './json.ts';
import { type Shape, shapesOf } from './shape.ts';
import type { Parsed } from './syntax.ts';
import { isMapping, valueRepairs } from './values.ts';

/** A reply without JSON that may still be a bare label. */
const maxBareChars = 100;

export interface ReaderOptions {
  readonly outputs: readonly DeclaredOutput[];
  readonly labels: Readonly<Record<string, readonly LabelDefinition[]>>;
  readonly derivation: Derivation;
}

/** What a reply's values are held against. */
interface Target {
  readonly type: z.ZodType<Outputs>;
  readonly shapes: readonly Shape[];
  readonly derivation: Derivation;
}

/** JSON as asked for: the way of almost every reply, so it comes first and costs microseconds. */
function readStrict(reply: string, { type, derivation }: Target): Reading | null {
  if (reply.length > maxAnswerChars) return null;
  let value: unknown;
  try {
    value = JSON.parse(reply);
  } catch {
    return null;
  }
  const fit = type.safeParse(value);
  if (!fit.success || hasDoubledKeys(reply, value)) return null;
  return { ok: true, outputs: derivation.derive(fit.data), repair: null };
}

/** Fits a parsed value: the repairs one after another, until it validates. */
function fitValue({ value, repairs }: Parsed, { type, shapes, derivation }: Target): Reading {
  const names = [...repairs];
  let current = value;
  let fit = type.safeParse(current);
  for (const { name, repair } of valueRepairs) {
    if (fit.success) break;
    const next = repair(current, shapes);
    if (next === current) continue;
    names.push(name);
    current = next;
    fit = type.safeParse(current);
  }
  if (!fit.success) return faultOf(fit.error.issues, current, shapes);
  return {
    ok: true,
    outputs: derivation.derive(fit.data),
    repair: names.length === 0 ? null : names.join('+'),
  };
}

/** The one answer among the values found, if they agree: which of two different ones is meant is never guessed. */
function agreed(values: readonly Parsed[], target: Target): Reading {
  const readings = values.map((value) => fitValue(value, target));
  const answers = readings.filter(
    (reading, index) =>
      reading.ok || target.shapes.some(({ output }) => mentions(values[index]!.value, output.name)),
  );
  if (answers.length === 0) return readings[0]!;
  const [first, ...others] = answers as [Reading, ...Reading[]];
  const same = others.every(
    (other) => first.ok && other.ok && isDeepStrictEqual(first.outputs, other.outputs),
  );
  return same
    ? first
    : bad('unreadable', 'The reply holds more than one answer; it must be one JSON object.');
}

function mentions(value: unknown, name: string): boolean {
  return isMapping(value) && Object.hasOwn(value, name);
}

/** A reply that is nothing but the label, where there is only one output to give. */
function readBare({ text, repairs }: Unwrapped, target: Target): Reading | null {
  const [shape, ...others] = target.shapes;
  const label = text.trim();
  if (others.length > 0 || shape!.recognise === null || label.length > maxBareChars) return null;
  const value = { [shape!.output.name]: label };
  const reading = fitValue({ value, repairs: [...repairs, 'bare_label'] }, target);
  return reading.ok ? reading : null;
}

function readRepaired(reply: string, target: Target): Reading {
  const found = jsonIn(reply);
  if ('code' in found) return found;
  if (found.values.length > 0) return agreed(found.values, target);
  return readBare(found, target) ?? bad('unreadable', 'The reply holds no JSON object.');
}

/** Makes the reader of a classifier's replies: strict JSON first, then the repairs; never a label outside its set. */
export function readerOf({ outputs, labels, derivation }: ReaderOptions): (reply: string) => Reading {
  const target: Target = { type: replyType(outputs), shapes: shapesOf(outputs, labels), derivation };
  return (reply) => readStrict(reply, target) ?? readRepaired(reply, target);
}
