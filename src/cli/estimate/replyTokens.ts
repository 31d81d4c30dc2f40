import { countTokens } from '../../text/tokens.ts';

/** The part of JSON Schema that reply schemas are made of. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
}

/** Free text is asked for as a reason or a name: about as long as this sentence, which nobody has to read. */
const freeText = 'Free text is asked for as a reason or a name: about as long as this.';
/** Lists are mostly short. */
const listItems = 2;

/** Labels of the longest set in `schema`: with so many replies each is given at least once. */
function longestSet({ enum: labels = [], properties = {}, items }: Schema): number {
  const inner = [...Object.values(properties), ...(items === undefined ? [] : [items])];
  return Math.max(1, labels.length, ...inner.map(longestSet));
}

/** A reply of the shape of `schema`; the n-th takes the n-th label of each set. */
function replyOf(schema: Schema, n: number): unknown {
  const { type, enum: labels, properties = {}, items = {}, minimum = 0 } = schema;
  if (labels !== undefined) return labels[n % labels.length];
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, replyOf(property, n)]),
      );
    case 'array':
      return Array.from({ length: listItems }, (_, index) => replyOf(items, n + index));
    case 'integer':
      return Math.ceil(minimum);
    case 'number':
      return minimum + 0.5;
    case 'boolean':
      return n % 2 === 0;
    default:
      return freeText;
  }
}

/** Tokens of a reply to be expected under a reply schema: compact JSON, each label of a set as often as any other. */
export function expectedReplyTokens(schema: object): number {
  const replies = longestSet(schema);
  let tokens = 0;
  for (let n = 0; n < replies; n++) tokens += countTokens(JSON.stringify(replyOf(schema, n)));
  return tokens / replies;
}
