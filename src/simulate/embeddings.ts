import type { Work } from './call.ts';
import { simulatedModel } from './chat.ts';
import type { JsonObject } from './chatRequest.ts';
import type { Endpoint } from './endpoint.ts';
import { hashText } from './hash.ts';
import { badRequest, type Problem } from './problem.ts';
import type { World } from './world.ts';

const defaultDimensions = 256;
/** The largest that current embedding models give. */
const maxDimensions = 4_096;
/** The largest batch that OpenAI takes. */
const maxInputs = 2_048;

type Input = string | readonly number[];

const isTokens = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token));

function readInputs(input: unknown): readonly Input[] | undefined {
  if (typeof input === 'string' || isTokens(input)) return [input];
  if (!Array.isArray(input) || input.length === 0 || input.length > maxInputs) return undefined;
  return input.every((each) => typeof each === 'string' || isTokens(each)) ? input : undefined;
}

/**
 * A unit vector by feature hashing (Weinberger et al., 2009): each word adds +1 or -1 at the place of its hash,
 * so texts that share words are near each other, and the same text always has the same vector.
 */
function hashedVector(input: Input, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const words =
    typeof input === 'string' ? (input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) : input.map(String);
  for (const word of words) {
    const hash = hashText(word);
    vector[(hash >>> 1) % dimensions]! += hash % 2 === 0 ? 1 : -1;
  }
  let squares = 0;
  for (const value of vector) squares += value * value;
  // Without words, or when they cancel out, the text as a whole picks one axis.
  if (squares === 0) vector[hashText(String(input)) % dimensions] = 1;
  else for (let at = 0; at < dimensions; at++) vector[at]! /= Math.sqrt(squares);
  return vector;
}

/** The work of one embeddings request, or what is wrong with it. */
export function embeddingsWork(_: Endpoint, body: JsonObject, world: World): Work | Problem {
  const { model, dimensions = defaultDimensions, encoding_format = 'float' } = body;
  if (typeof model !== 'string' || model === '') return badRequest('You must provide a model.', 'model');
  const inputs = readInputs(body.input);
  if (inputs === undefined) {
    return badRequest(`Invalid 'input': a string, or up to ${maxInputs} strings or token arrays.`, 'input');
  }
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > maxDimensions
  ) {
    return badRequest(`Invalid 'dimensions': an integer from 1 to ${maxDimensions}.`, 'dimensions');
  }
  if (encoding_format !== 'float' && encoding_format !== 'base64') {
    return badRequest("Invalid 'encoding_format': supported are float, base64.", 'encoding_format');
  }
  const tokensOf = (input: Input) =>
    typeof input === 'string' ? world.tokens.count(input).tokens : input.length;
  const promptTokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0);
  const encode = (vector: Float32Array) =>
    encoding_format === 'float' ? [...vector] : Buffer.from(vector.buffer).toString('base64');
  return {
    promptTokens,
    reservedTokens: promptTokens,
    answer: () => ({
      body: {
        object: 'list',
        data: inputs.map((input, index) => ({
          object: 'embedding',
          index,
          embedding: encode(hashedVector(input, dimensions)),
        })),
        model: simulatedModel(model),
        usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
      },
      completionTokens: 0,
      cachedTokens: 0,
    }),
  };
}
