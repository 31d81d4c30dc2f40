import type { Scope } from '../../base/scope.ts';
import type { ChatRequest } from '../call.ts';
import type { EndpointConfig, StructuredMode } from '../config.ts';
import { requestBody } from './body.ts';
import { encodeBody } from './encode.ts';
import { readError } from './errorReply.ts';
import type { HttpReply } from './exchange.ts';
import { readRateHeaders, readRetryAfterMs } from './headers.ts';
import { describeError, type FailedSend, failureOf, type SendResult, unanswered } from './outcome.ts';
import { readReply } from './reply.ts';
import { type RequestHead, requestHead } from './requestHead.ts';
import type { Transport } from './transport.ts';

/** Where and how one request goes. */
export interface Target {
  readonly config: EndpointConfig;
  readonly apiKey: string;
  readonly structured: StructuredMode;
}

/** Sends one HTTP request, once. Never rejects; ends at once when the scope does (`timeout` at its deadline, else `aborted`). */
export type Send = (target: Target, request: ChatRequest, scope: Scope) => Promise<SendResult>;

/** The sender over real sockets: requests as the `openai` SDK builds them, on our pool. */
export function openaiSend(transport: Transport): Send {
  const heads = new Map<EndpointConfig, { readonly apiKey: string; readonly head: Promise<RequestHead> }>();

  const headOf = ({ config, apiKey }: Target): Promise<RequestHead> => {
    const known = heads.get(config);
    if (known?.apiKey === apiKey) return known.head;
    const head = requestHead(config, apiKey);
    heads.set(config, { apiKey, head });
    return head;
  };

  return async (target, request, scope) => {
    if (scope.ended !== undefined) return ended(scope);
    let head: RequestHead;
    try {
      head = await headOf(target);
    } catch {
      return unanswered('rejected', 'has a key or header that HTTP does not allow');
    }
    const body = encodeBody(requestBody(target.config, request, target.structured));
    try {
      return read(await transport.post(head, body, scope), target);
    } catch (error) {
      return scope.ended === undefined ? broken(error) : ended(scope);
    }
  };
}

function read({ status, header, body }: HttpReply, { config, apiKey }: Target): SendResult {
  const rates = readRateHeaders(header);
  const text = body.toString('utf8');
  if (status < 200 || status > 299) {
    const error = readError(status, text);
    return {
      outcome: failureOf(error),
      status,
      reason: describeError(error, [apiKey, ...Object.values(config.headers)]),
      retryAfterMs: readRetryAfterMs(header),
      rates,
      mayBeBilled: false,
    };
  }
  const reply = readReply(text, config.model);
  if (reply !== null) return { outcome: 'ok', reply, rates };
  const reason = `answered HTTP ${status} with a body that is no chat completion`;
  return { ...unanswered('server_error', reason, true), status, rates };
}

function ended(scope: Scope): FailedSend {
  return scope.ended?.kind === 'deadline'
    ? unanswered('timeout', 'did not answer in time', true)
    : unanswered('aborted', 'was not waited for', true);
}

/** Codes of connections that were not made, so that nothing was sent. */
const neverMade = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

function broken(error: unknown): FailedSend {
  const code = codeOf(error);
  const reason = `failed on the connection${code === null ? '' : ` (${code})`}`;
  return unanswered('connection', reason, code === null || !neverMade.test(code));
}

/** The code of what broke, where there is one (ECONNREFUSED, UND_ERR_SOCKET, ...). */
function codeOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? cause.code : null;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,47}$/.test(code)) return code;
  }
  return null;
}
