import { type JsonSchema, settle, typeOf } from '../schema.ts';

/** One answer within a reply: which conversation is judged by which classifier, and the outputs wanted. */
export interface Part {
  /** Id of the conversation in the body; "" in a request about one. */
  readonly item: string;
  /** "" when the request does not name it. */
  readonly classifier: string;
  readonly schema: JsonSchema;
}

const packId = /^i\d+$/;

function members(schema: JsonSchema): [string, JsonSchema][] {
  return Object.entries(schema.properties ?? {});
}

/**
 * Builds a reply of the shape that `schema` asks for, each part of it made by `answer`.
 * Packed: all properties are `i1`, `i2`, … Combined: all are objects, and their names are the classifiers'.
 * Otherwise the outputs of one classifier, called `name`.
 */
export function buildReply(
  name: string,
  schema: JsonSchema,
  answer: (part: Part) => unknown,
  item = '',
): unknown {
  const all = members(schema);
  const each = (make: (key: string, member: JsonSchema) => unknown) =>
    Object.fromEntries(all.map(([key, member]) => [key, make(key, settle(member))]));
  if (all.length > 0 && item === '' && all.every(([key]) => packId.test(key))) {
    return each((id, member) => buildReply(name, member, answer, id));
  }
  if (all.length > 0 && all.every(([, member]) => typeOf(settle(member)) === 'object')) {
    return each((classifier, member) => answer({ item, classifier, schema: member }));
  }
  return answer({ item, classifier: name, schema });
}
