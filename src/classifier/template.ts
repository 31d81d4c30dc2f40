import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { range } from './range.ts';
import { withoutRaw } from './raw.ts';
import { type Variables, variablesOf } from './variables.ts';

/** One message's template, compiled. */
export interface Template {
  readonly variables: Variables;
  /** True where rendering joins constant text around the conversation. */
  readonly joins: boolean;
  /** @param conversation compact JSON array of messages; '' stands for none */
  render(conversation: string): string;
}

type Values = Readonly<Record<string, unknown>>;

/** Stands for the conversation while the constant text is rendered; NUL is not typed into a prompt. */
const mark = '\u0000conversation\u0000';

/** Values and `range`: no clock and no other function reaches a template, so that equal input renders equal text. */
function environment(values: Values, parent?: Environment): Environment {
  const made = new Environment(parent);
  for (const [name, value] of Object.entries(values)) made.set(name, value);
  return made;
}

const known = { true: true, false: false, none: null, True: true, False: false, None: null, range };

export interface ParsedTemplate {
  readonly program: ReturnType<typeof parse>;
  readonly variables: Variables;
}

/**
 * Parses a message's source as stock jinja2 does: white space is kept (Prompty's jinja subset, section 3).
 *
 * @throws what the template library throws for a source that does not parse
 */
export function parseTemplate(source: string): ParsedTemplate {
  const program = parse(tokenize(withoutRaw(source)));
  return { program, variables: variablesOf(program) };
}

/**
 * Makes a parsed source ready: what does not depend on the conversation is rendered here, once; a conversation that is
 * only printed is then joined in.
 *
 * @param constants variables besides `conversation` and `messages`
 * @throws what the template library throws for a source that does not render
 */
export function compileTemplate({ program, variables }: ParsedTemplate, constants: Values): Template {
  const base = environment({ ...known, ...constants });
  const run = (values: Values): string => {
    const { value } = new Interpreter(environment(values, base)).run(program);
    return String(value);
  };
  const usesMessages = variables.free.has('messages');
  if (!usesMessages && variables.onlyPrinted('conversation')) {
    const pieces = run({ conversation: mark }).split(mark);
    return { variables, joins: true, render: (conversation) => pieces.join(conversation) };
  }
  return {
    variables,
    joins: false,
    render(conversation) {
      const messages: unknown = usesMessages ? JSON.parse(conversation === '' ? '[]' : conversation) : [];
      return run({ conversation, messages });
    },
  };
}
