import type { ReplyFormatName } from './control.ts';
import { badRequest, isProblem, type Problem } from './problem.ts';
import { type JsonSchema, strictFault } from './schema.ts';

export interface ChatTurn {
  readonly role: string;
  /** Text parts joined; "" where there is no text. */
  readonly content: string;
}

/** What is asked for in the reply; `schema` only under json_schema. */
interface ReplyFormat {
  readonly type: ReplyFormatName;
  readonly name: string;
  readonly schema: JsonSchema | null;
}

/** A chat request as far as the simulator understands it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatTurn[];
  readonly format: ReplyFormat;
  /** Undefined: the request sets no bound. */
  readonly maxOutputTokens: number | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);
const schemaName = /^[a-zA-Z0-9_-]{1,64}$/;
const plainText: ReplyFormat = { type: 'text', name: '', schema: null };

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return '';
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('\n');
}

function readMessages(value: unknown): readonly ChatTurn[] | Problem {
  if (!Array.isArray(value)) return badRequest("Missing required parameter: 'messages'.", 'messages');
  if (value.length === 0) return badRequest("Invalid 'messages': the array is empty.", 'messages');
  const turns: ChatTurn[] = [];
  for (const [index, message] of value.entries()) {
    const where = `messages[${index}]`;
    if (!isObject(message)) return badRequest(`Invalid type for '${where}': expected an object.`, where);
    const { role } = message;
    if (typeof role !== 'string' || !roles.has(role)) {
      return badRequest(
        `Invalid value for '${where}.role': supported are ${[...roles].join(', ')}.`,
        `${where}.role`,
      );
    }
    const content = textOf(message.content);
    const required = role !== 'assistant';
    if (content === undefined || (required && (message.content ?? null) === null)) {
      return badRequest(
        `Invalid '${where}.content': expected a string or an array of parts.`,
        `${where}.content`,
      );
    }
    turns.push({ role, content });
  }
  return turns;
}

function readFormat(value: unknown, messages: readonly ChatTurn[]): ReplyFormat | Problem {
  if (value === undefined || value === null) return plainText;
  const type = isObject(value) ? value.type : undefined;
  if (type === 'text') return plainText;
  if (type === 'json_object') {
    if (messages.some(({ content }) => /json/i.test(content))) return { ...plainText, type };
    return badRequest(
      "'messages' must contain the word 'json' to use response_format json_object.",
      'messages',
    );
  }
  if (type !== 'json_schema') {
    return badRequest(
      "Invalid 'response_format.type': supported are text, json_object, json_schema.",
      'response_format.type',
    );
  }
  const { json_schema: wanted } = value as JsonObject;
  if (!isObject(wanted) || typeof wanted.name !== 'string' || !schemaName.test(wanted.name)) {
    return badRequest(
      "Missing or invalid 'response_format.json_schema.name': 1 to 64 letters, digits, _ or -.",
      'response_format.json_schema.name',
    );
  }
  if (!isObject(wanted.schema)) {
    return badRequest("Missing 'response_format.json_schema.schema'.", 'response_format.json_schema.schema');
  }
  const fault = wanted.strict === true ? strictFault(wanted.schema) : null;
  if (fault !== null) {
    return badRequest(`Invalid schema for response_format '${wanted.name}': ${fault}`, 'response_format');
  }
  return { type, name: wanted.name, schema: wanted.schema };
}

function readBound(body: JsonObject): number | undefined | Problem {
  if (body.max_tokens != null && body.max_completion_tokens != null) {
    return badRequest("Set either 'max_tokens' or 'max_completion_tokens', not both.", 'max_tokens');
  }
  const param = body.max_tokens != null ? 'max_tokens' : 'max_completion_tokens';
  const value = body[param];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  return badRequest(`Invalid '${param}': expected an integer of at least 1.`, param);
}

/** Checks a decoded body the way a real endpoint does; fields it does not know are ignored. */
export function readChatRequest(body: JsonObject): ChatRequest | Problem {
  const { model } = body;
  if (typeof model !== 'string' || model === '') return badRequest('You must provide a model.', 'model');
  const messages = readMessages(body.messages);
  if (!Array.isArray(messages)) return messages as Problem;
  if (body.stream === true) return badRequest('The simulated endpoint does not stream.', 'stream');
  if (body.n != null && body.n !== 1) return badRequest('The simulated endpoint gives one choice.', 'n');
  const format = readFormat(body.response_format, messages);
  if (isProblem(format)) return format;
  const maxOutputTokens = readBound(body);
  if (typeof maxOutputTokens === 'object') return maxOutputTokens;
  return { model, messages, format, maxOutputTokens };
}
