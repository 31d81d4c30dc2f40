import { z } from 'zod';
import { type Check, mapping } from './check.ts';
import { outputKinds } from './outputs.ts';
import { namedProperties, refuseDoubles } from './properties.ts';

/** A variable that the file declares for its template. */
export interface Input {
  readonly name: string;
  readonly kind: string;
  /** Undefined renders as nothing. */
  readonly default: unknown;
}

/** Variables that every template has without declaring them. */
export const givenVariables: readonly string[] = ['conversation', 'messages', 'labels', 'outputs'];

/** Of Prompty's rich kinds only the thread, and only for the conversation. */
const inputKinds = [...outputKinds, 'thread'] as const;

const inputFile = mapping('an input', {
  kind: z.enum(inputKinds, 'an input is of kind string, integer, float, boolean, array or object'),
  description: z.string().optional(),
  required: z.boolean().default(false),
  default: z.unknown().optional(),
  example: z.unknown().optional(),
  enumValues: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  properties: z.unknown().optional(),
});

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value;
}

/** A bare value stands for `{ kind: its own, default: it }` (Prompty 2, section 2.7). */
function expand(value: unknown): unknown {
  const bare = value !== null && (typeof value !== 'object' || Array.isArray(value));
  return bare ? { kind: kindOf(value), default: value } : value;
}

/** Reads `inputs`: the conversation comes from the row, every other input from its default. */
export function readInputs(raw: unknown, check: Check): readonly Input[] {
  const entries = namedProperties(raw, ['inputs'], check);
  refuseDoubles(entries, 'input', check);
  return entries.map(({ name, value, path }) => {
    const file = check.parse(inputFile, expand(value), path);
    const title = `input "${name}"`;
    if (name === 'conversation') {
      if (file.kind !== 'string' && file.kind !== 'thread')
        check.fail(path, `${title} must be of kind string, JSON text, or thread, messages of its own`);
      return { name, kind: file.kind, default: undefined };
    }
    if (givenVariables.includes(name))
      check.fail(path, `${title}: this name is given to every template; choose another`);
    if (file.kind === 'thread')
      check.fail(path, `${title}: only "conversation" can be a thread: nothing else comes from the rows`);
    if (!/^[A-Za-z_]\w*$/.test(name)) check.fail(path, `${title}: a template cannot use this name`);
    if (file.required && file.default === undefined) {
      check.fail(
        path,
        `${title} is required but nothing provides it: only "conversation" comes from the rows; give it a default`,
      );
    }
    if (file.default !== undefined) {
      const kind = kindOf(file.default);
      const fits = kind === file.kind || (kind === 'integer' && file.kind === 'float');
      if (!fits) check.fail([...path, 'default'], `${title}: the default is not of kind ${file.kind}`);
      if (file.enumValues !== undefined && !file.enumValues.includes(file.default)) {
        check.fail([...path, 'default'], `${title}: the default is not among its enumValues`);
      }
    }
    return { name, kind: file.kind, default: file.default };
  });
}
