import { isObject, type JsonObject } from '../chatRequest.ts';
import { type JsonSchema, settle, typeOf, valuesOf } from '../schema.ts';
import { fill, type Judge } from './fill.ts';
import type { Instruction } from './instruction.ts';
import { jsonAt } from './json.ts';
import type { Part } from './layout.ts';

interface Mark {
  readonly classifier: string;
  /** Undefined: the first output, or all of them when the value is a JSON object. */
  readonly output: string | undefined;
  readonly value: string;
}

const opening = /\[\[([a-z][a-z0-9_]*)(?:\.([A-Za-z_]\w*))?=/g;

/** The marks `[[classifier=value]]` and `[[classifier.output=value]]` of a text, in order. */
function marksIn(text: string): Mark[] {
  const marks: Mark[] = [];
  for (const match of text.matchAll(opening)) {
    const start = match.index + match[0].length;
    // A JSON value may itself hold "]]".
    const json = text[start] === '{' || text[start] === '[' ? jsonAt(text, start) : null;
    const end = json !== null && text.startsWith(']]', json.end) ? json.end : text.indexOf(']]', start);
    if (end === -1) break;
    marks.push({ classifier: match[1]!, output: match[2], value: text.slice(start, end) });
  }
  return marks;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** The written value as the schema's type; the text itself where it cannot be that. */
function coerce(value: string, schema: JsonSchema): unknown {
  const chosen = settle(schema);
  const listed = valuesOf(chosen)?.find((allowed) => String(allowed) === value);
  if (listed !== undefined) return listed;
  if (typeOf(chosen) === 'string') return value;
  const json = parsed(value);
  if (json !== undefined) return json;
  return typeOf(chosen) === 'array' ? value.split(',').map((element) => element.trim()) : value;
}

/** What an output without a mark gets: the first label, the lowest number, false, "". */
const unmarked: Judge = {
  pick: (values) => values[0],
  number: (min) => min,
  yes: () => false,
  text: () => '',
};

function classifierOf(part: Part, marks: readonly Mark[], instruction: Instruction): string {
  if (part.classifier !== '') return part.classifier;
  const named = marks.find(({ classifier }) => instruction.mentions(classifier)) ?? marks[0];
  return named?.classifier ?? 'the classifier';
}

/**
 * Answers with what the text's own marks say; later marks win.
 * A text without a mark for this classifier gets prose, so that it can never pass for an answer.
 */
export function markedAnswer(part: Part, text: string, instruction: Instruction): unknown {
  const marks = marksIn(text);
  const classifier = classifierOf(part, marks, instruction);
  const own = marks.filter((mark) => mark.classifier === classifier);
  if (own.length === 0) return `no mark for ${classifier} in this item`;
  const { properties = {} } = part.schema;
  const marked: Record<string, unknown> = {};
  for (const { output, value } of own) {
    const whole = output === undefined ? parsed(value) : undefined;
    const name = output ?? Object.keys(properties)[0] ?? 'label';
    if (isObject(whole)) Object.assign(marked, whole);
    else marked[name] = coerce(value, properties[name] ?? {});
  }
  return { ...(fill(part.schema, unmarked) as JsonObject), ...marked };
}
