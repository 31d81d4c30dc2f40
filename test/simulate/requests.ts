import { seededRandom } from '../../src/base/random.ts';
import { InstructionBook } from '../../src/simulate/answers/instruction.ts';
import { type ChatRequest, type JsonObject, readChatRequest } from '../../src/simulate/chatRequest.ts';
import { isProblem } from '../../src/simulate/problem.ts';
import type { JsonSchema } from '../../src/simulate/schema.ts';
import { TokenCounter } from '../../src/simulate/tokens.ts';
import type { World } from '../../src/simulate/world.ts';
import type { FakeClock } from '../fakeClock.ts';

/** A closed object schema with all properties required. */
export function object(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

export function labels(...names: string[]): JsonSchema {
  return { type: 'string', enum: names };
}

/** The template variable `conversation`. */
export function conversation(...contents: string[]): string {
  return JSON.stringify(contents.map((content, index) => ({ i: index + 1, role: 'user', content })));
}

export interface Asked {
  readonly user: string;
  readonly system?: string;
  readonly name?: string;
  readonly schema?: JsonSchema;
  /** Messages after the user's. */
  readonly later?: readonly { role: string; content: string }[];
  readonly maxTokens?: number;
}

/** A chat request's body. */
export function body({
  user,
  system = '- Health: a doctor',
  name = 'topic',
  schema,
  later = [],
  maxTokens = 64,
}: Asked): JsonObject {
  return {
    model: 'm',
    messages: [{ role: 'system', content: system }, { role: 'user', content: user }, ...later],
    max_completion_tokens: maxTokens,
    ...(schema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name, strict: true, schema } } }),
  };
}

export function request(asked: Asked): ChatRequest {
  const read = readChatRequest(body(asked));
  if (isProblem(read)) throw new Error(read.message);
  return read;
}

export function testWorld(clock: FakeClock): World {
  let id = 0;
  return {
    clock,
    unixMsOf: (ms) => ms,
    tokens: new TokenCounter(),
    instructions: new InstructionBook(),
    nextId: () => ++id,
  };
}

export const random = () => seededRandom(7);
