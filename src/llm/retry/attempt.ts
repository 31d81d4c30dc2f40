import type { Clock } from '../../base/clock.ts';
import { SemtelError } from '../../base/error.ts';
import { type OwnedScope, openScope, type Scope } from '../../base/scope.ts';
import type { ChatRequest, Sent } from '../call.ts';
import type { Lease } from '../endpoint/lease.ts';
import { requestBody } from '../http/body.ts';
import { type SendResult, unanswered } from '../http/outcome.ts';
import type { Send, Target } from '../http/send.ts';
import type { Meters } from '../meters.ts';

export interface Attempted {
  readonly result: SendResult;
  readonly latencyMs: number;
  /** The same request may go again at once: it was refused for something that has been put right. */
  readonly mended: boolean;
}

/**
 * Sends one request under a lease, within the timeout of a call that timed out `timeouts` times before, and settles the
 * lease. Never rejects.
 */
export type Attempt = (
  lease: Lease,
  request: ChatRequest,
  timeouts: number,
  scope: Scope,
) => Promise<Attempted>;

export function attemptWith(send: Send, clock: Clock, meters: Meters, shortestTimeoutMs: number): Attempt {
  return async (lease, request, timeouts, scope) => {
    const { endpoint } = lease;
    const attempt = openScope(clock, { parent: scope });
    const unwatch = watch(lease, timeouts, attempt, clock, shortestTimeoutMs);
    let target: Target | undefined;
    let result: SendResult;
    try {
      target = endpoint.access.target(request.responseSchema.name);
      result = await send(target, request, attempt);
    } catch {
      result = target === undefined ? noKey : broken;
    } finally {
      unwatch();
      attempt.dispose();
    }
    const latencyMs = clock.now() - lease.sentMs;
    // The caller's own deadline says nothing about the endpoint, unless it had its time.
    if (scope.ended !== undefined && result.outcome === 'timeout' && latencyMs < shortestTimeoutMs) {
      result = { ...result, outcome: 'aborted' };
    }
    if (target !== undefined) request.onSent?.(sentTo(target, request, result, latencyMs));
    return { result, latencyMs, mended: settle(lease, request, target, result, latencyMs, meters) };
  };
}

/** The body is made again, of the same parts: only for those who ask for it is it kept in memory until the reply. */
function sentTo(target: Target, request: ChatRequest, result: SendResult, latencyMs: number): Sent {
  const { config, structured } = target;
  const sent = { endpoint: config.name, body: requestBody(config, request, structured), latencyMs };
  return result.outcome === 'ok'
    ? { ...sent, outcome: 'ok', reason: null, reply: result.reply }
    : { ...sent, outcome: result.outcome, reason: result.reason, reply: null };
}

/**
 * Ends an attempt that has had its time. What that is, is looked at again as often as the shortest timeout: an endpoint
 * that nothing was known of may have answered others since.
 */
function watch(
  { endpoint, sentMs }: Lease,
  timeouts: number,
  attempt: OwnedScope,
  clock: Clock,
  everyMs: number,
): () => void {
  let stop = () => {};
  const look = () => {
    const leftMs = sentMs + endpoint.timeoutMs(timeouts) - clock.now();
    if (leftMs <= 0) attempt.end(new SemtelError('deadline', 'The attempt timed out.'));
    else stop = clock.after(Math.min(leftMs, everyMs), look);
  };
  stop = clock.after(everyMs, look);
  return () => stop();
}

const noKey = unanswered('rejected', 'has an API key that cannot be read');
const broken = unanswered('connection', 'could not be asked');

function settle(
  lease: Lease,
  { responseSchema }: ChatRequest,
  target: Target | undefined,
  result: SendResult,
  latencyMs: number,
  meters: Meters,
): boolean {
  const { endpoint } = lease;
  switch (result.outcome) {
    case 'ok':
      lease.ok(result);
      if (target !== undefined) endpoint.access.answered(target.structured, responseSchema.name);
      meters.succeeded(endpoint, result.reply, latencyMs);
      return false;
    case 'throttled': {
      const explained = lease.dropped(result);
      meters.failed(endpoint, explained ? 'throttled' : 'throttled_unexplained');
      return false;
    }
    case 'rejected': {
      meters.failed(endpoint, 'rejected');
      const mended =
        result.status === 401 && target !== undefined && endpoint.access.rereadKey(target.apiKey);
      if (mended) lease.ignored();
      else lease.dropped(result);
      return mended;
    }
    case 'format_rejected':
    case 'schema_rejected': {
      meters.failed(endpoint, 'rejected');
      const onlyForSchema = result.outcome === 'schema_rejected';
      const mended =
        target !== undefined &&
        endpoint.access.simplify(target.structured, responseSchema.name, onlyForSchema);
      lease.ignored();
      return mended;
    }
    case 'unexplained':
      meters.failed(endpoint, 'rejected');
      lease.ignored();
      return target !== undefined && endpoint.access.suspect(target.structured, responseSchema.name);
    case 'server_error':
    case 'timeout':
    case 'connection':
      lease.dropped(result);
      meters.failed(endpoint, result.outcome);
      return false;
    case 'aborted':
      lease.ignored();
      meters.failed(endpoint, 'aborted');
      return false;
    default:
      lease.ignored();
      meters.failed(endpoint, 'rejected');
      return false;
  }
}
