import { z } from 'zod';
import type { DeclaredOutput } from './outputs.ts';

function bounded(type: z.ZodNumber, { minimum, maximum }: DeclaredOutput): z.ZodNumber {
  const above = minimum === null ? type : type.min(minimum);
  return maximum === null ? above : above.max(maximum);
}

function typeOf(output: DeclaredOutput): z.ZodType {
  if (output.choices !== null) return z.literal([...output.choices]);
  switch (output.kind) {
    case 'string':
      return z.string();
    case 'integer':
      return bounded(z.int(), output);
    case 'float':
      return bounded(z.number(), output);
    case 'boolean':
      return z.boolean();
    case 'array':
      return z.array(typeOf(output.items!));
    case 'object':
      return replyType(output.properties!);
  }
}

/** The check of a reply: every output, nothing else, kinds and label sets kept. */
export function replyType(outputs: readonly DeclaredOutput[]): z.ZodType<Record<string, never>> {
  const shape = Object.fromEntries(outputs.map((output) => [output.name, typeOf(output)]));
  return z.strictObject(shape) as unknown as z.ZodType<Record<string, never>>;
}

const jsonTypes = {
  string: 'string',
  integer: 'integer',
  float: 'number',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
} as const;

/** Whether an output's description is told elsewhere in the request: said twice it is paid for twice. */
export type IsTold = (output: DeclaredOutput) => boolean;

function jsonType(output: DeclaredOutput, isTold: IsTold): object {
  const { kind, description, choices, minimum, maximum } = output;
  const about = description === undefined || isTold(output) ? {} : { description };
  if (kind === 'object') return { ...responseSchema(output.properties!, isTold), ...about };
  return {
    type: jsonTypes[kind],
    ...about,
    ...(choices === null ? {} : { enum: choices }),
    ...(minimum === null ? {} : { minimum }),
    ...(maximum === null ? {} : { maximum }),
    ...(kind === 'array' ? { items: jsonType(output.items!, isTold) } : {}),
  };
}

/** A JSON Schema object that OpenAI's strict mode takes: every property required, none further. */
export function objectSchema(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** JSON Schema of the declared outputs, in file order; without the descriptions that are told elsewhere. */
export function responseSchema(outputs: readonly DeclaredOutput[], isTold: IsTold = () => false): object {
  return objectSchema(Object.fromEntries(outputs.map((output) => [output.name, jsonType(output, isTold)])));
}
