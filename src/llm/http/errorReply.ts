import { isObject, parseJson, stringOrNull } from './json.ts';

/** The parts of an error reply that tell errors apart. `message` is only searched, never repeated: it may quote the prompt. */
export interface ErrorReply {
  readonly status: number;
  readonly code: string | null;
  readonly type: string | null;
  readonly param: string | null;
  readonly message: string;
}

/** Reads the body of an error reply, of which nothing need be as it should: `{error: {...}}`, the error itself, any text. */
export function readError(status: number, body: string): ErrorReply {
  const json = parseJson(body);
  const outer = isObject(json) ? json : {};
  const error = isObject(outer.error) ? outer.error : outer;
  return {
    status,
    code: stringOrNull(error.code),
    type: stringOrNull(error.type),
    param: stringOrNull(error.param),
    message: stringOrNull(error.message) ?? body,
  };
}
