import type { Failure } from '../failure.ts';
import type { ErrorReply } from './errorReply.ts';
import { noRateHeaders, type RateHeaders } from './headers.ts';
import type { Reply } from './reply.ts';

export interface FailedSend {
  readonly outcome: Failure;
  readonly status: number | null;
  /** What happened, as the end of a sentence, without any text of the reply. */
  readonly reason: string;
  readonly retryAfterMs: number | null;
  readonly rates: RateHeaders;
  /** It was sent, and the provider may have worked for an answer that we do not have. */
  readonly mayBeBilled: boolean;
}

/** A request that got no answer that can be read. */
export function unanswered(outcome: Failure, reason: string, mayBeBilled = false): FailedSend {
  return { outcome, status: null, reason, retryAfterMs: null, rates: noRateHeaders, mayBeBilled };
}

export interface OkSend {
  readonly outcome: 'ok';
  readonly reply: Reply;
  readonly rates: RateHeaders;
}

/** The end of one HTTP request: always a value, never a throw. */
export type SendResult = OkSend | FailedSend;

/** Refusals of the account that come as 429 or 400. */
const accountCodes = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'account_deactivated',
  'invalid_api_key',
]);
const accountStatuses = new Set([401, 402, 403, 404, 405]);
const waitStatuses = new Set([409, 425]);
/** What servers that check a request's fields answer where they do not take one. */
const fieldStatuses = new Set([400, 422]);

/** Tells what an error reply means for the endpoint and for the request. */
export function failureOf(error: ErrorReply): Failure {
  const { status, message } = error;
  const names = [error.code, error.type];
  const named = (pattern: RegExp) => names.some((name) => name !== null && pattern.test(name));
  if (named(/content_?filter|content_?policy|ResponsibleAI/i)) return 'content_filter';
  if (names.some((name) => name !== null && accountCodes.has(name))) return 'rejected';
  if (accountStatuses.has(status)) return 'rejected';
  // A single request above the whole quota: OpenAI says 429, but waiting does not help.
  if (status === 429) return /request too large/i.test(message) ? 'request_rejected' : 'throttled';
  if (status === 408) return 'timeout';
  if (status >= 500 || status < 400 || waitStatuses.has(status)) return 'server_error';
  if (named(/context_length|string_above_max/i)) return 'context_length';
  if (/context (length|window|size)|maximum context|prompt is too long/i.test(message))
    return 'context_length';
  const aboutFormat = /response_format|json_schema|json_object/i;
  // The kind is called json_schema; a schema as a word is one that was sent ("Invalid schema for response_format 'topic'").
  if (/\bschema\b/i.test(message) && (error.param === null || aboutFormat.test(error.param)))
    return 'schema_rejected';
  if (aboutFormat.test(error.param ?? message)) return 'format_rejected';
  return fieldStatuses.has(status) && error.param === null ? 'unexplained' : 'request_rejected';
}

/** A name as providers write codes; anything else (a sentence, a key) is not repeated. */
const printable = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;
const printableParam = /^[a-z][a-z0-9_.[\]]{0,47}$/;

/** Says what an endpoint answered, in words that hold neither prompt nor secret. */
export function describeError(error: ErrorReply, secrets: readonly string[]): string {
  const said = [
    ...new Set([error.type, error.code].filter((name) => name !== null && printable.test(name))),
    ...(error.param !== null && printableParam.test(error.param) ? [`parameter ${error.param}`] : []),
  ].filter((word) => word !== null && !secrets.some((secret) => secret !== '' && word.includes(secret)));
  return `answered HTTP ${error.status}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
}
