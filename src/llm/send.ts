import OpenAI from 'openai';
import type { Scope } from '../base/scope.ts';
import { requestBody } from './body.ts';
import type { ChatRequest } from './call.ts';
import { EndpointClient } from './client.ts';
import type { EndpointConfig, StructuredMode } from './config.ts';
import { type ReadHeader, readRateHeaders, readRetryAfterMs } from './headers.ts';
import {
  describeError,
  type ErrorReply,
  type FailedSend,
  failureOf,
  type SendResult,
  unanswered,
} from './outcome.ts';
import { readReply } from './reply.ts';
import type { PooledInit, Transport } from './transport.ts';

/** Where and how one request goes. */
export interface Target {
  readonly config: EndpointConfig;
  readonly apiKey: string;
  readonly structured: StructuredMode;
}

/** Sends one HTTP request, once. Never rejects; ends at once when the scope does (`timeout` at its deadline, else `aborted`). */
export type Send = (target: Target, request: ChatRequest, scope: Scope) => Promise<SendResult>;

/** The sender over real sockets: the `openai` client, its own retries and timeouts off, on our pool. */
export function openaiSend(transport: Transport): Send {
  const clients = new Map<EndpointConfig, { readonly apiKey: string; readonly client: EndpointClient }>();

  const clientOf = ({ config, apiKey }: Target): EndpointClient => {
    const known = clients.get(config);
    if (known?.apiKey === apiKey) return known.client;
    const client = new EndpointClient(config, apiKey, transport);
    clients.set(config, { apiKey, client });
    return client;
  };

  return async (target, request, scope) => {
    if (scope.ended !== undefined) return ended(scope);
    const { config } = target;
    // The SDK hands fetchOptions on to `fetch` untouched; a signal would cost it two AbortControllers a call.
    const fetchOptions = { scope } satisfies Partial<PooledInit> as object;
    const body = requestBody(config, request, target.structured);
    try {
      const response = await clientOf(target).post('/chat/completions', { body, fetchOptions }).asResponse();
      const header: ReadHeader = (name) => response.headers.get(name);
      const rates = readRateHeaders(header);
      const reply = readReply(await response.text(), config.model);
      if (reply !== null) return { outcome: 'ok', reply, rates };
      const reason = `answered HTTP ${response.status} with a body that is no chat completion`;
      return { ...unanswered('server_error', reason), status: response.status, rates };
    } catch (error) {
      if (scope.ended !== undefined) return ended(scope);
      if (error instanceof OpenAI.APIError && error.status !== undefined) {
        return answered(error, target);
      }
      // Thrown while the request is built: nothing was sent, nor will be.
      if (error instanceof TypeError)
        return unanswered('rejected', 'has a key or header that HTTP does not allow');
      return unanswered('connection', connectionReason(error));
    }
  };
}

function ended(scope: Scope): FailedSend {
  return scope.ended?.kind === 'deadline'
    ? unanswered('timeout', 'did not answer in time')
    : unanswered('aborted', 'was not waited for');
}

const stringOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function answered(error: InstanceType<typeof OpenAI.APIError>, { apiKey }: Target): FailedSend {
  const reply: ErrorReply = {
    status: error.status ?? 0,
    code: stringOr(error.code),
    type: stringOr(error.type),
    param: stringOr(error.param),
    message: error.message,
  };
  const header: ReadHeader = (name) => error.headers?.get(name) ?? null;
  return {
    outcome: failureOf(reply),
    status: reply.status,
    reason: describeError(reply, apiKey),
    retryAfterMs: readRetryAfterMs(header),
    rates: readRateHeaders(header),
  };
}

/** With the code of what broke, where there is one (ECONNREFUSED, UND_ERR_SOCKET, ...). */
function connectionReason(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? stringOr(cause.code) : null;
    if (code !== null && /^[A-Z][A-Z0-9_]{0,47}$/.test(code)) return `failed on the connection (${code})`;
  }
  return 'failed on the connection';
}
