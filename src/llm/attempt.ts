import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { openScope, type Scope } from '../base/scope.ts';
import type { ChatRequest } from './call.ts';
import type { Lease } from './lease.ts';
import type { Meters } from './meters.ts';
import { type SendResult, unanswered } from './outcome.ts';
import type { Send, Target } from './send.ts';

export interface Attempted {
  readonly result: SendResult;
  readonly latencyMs: number;
  /** The same request may go again at once: it was refused for something that has been put right. */
  readonly mended: boolean;
}

/** Sends one request under a lease, within the attempt's timeout, and settles the lease. Never rejects. */
export type Attempt = (lease: Lease, request: ChatRequest, scope: Scope) => Promise<Attempted>;

const timedOut = () => new SemtelError('deadline', 'The attempt timed out.');

export function attemptWith(send: Send, clock: Clock, meters: Meters, shortestTimeoutMs: number): Attempt {
  return async (lease, request, scope) => {
    const { endpoint } = lease;
    const attempt = openScope(clock, {
      parent: scope,
      deadlineMs: lease.sentMs + lease.timeoutMs,
      onDeadline: timedOut,
    });
    let target: Target | undefined;
    let result: SendResult;
    try {
      target = endpoint.access.target();
      result = await send(target, request, attempt);
    } catch {
      result = target === undefined ? noKey : broken;
    } finally {
      attempt.dispose();
    }
    const latencyMs = clock.now() - lease.sentMs;
    // The caller's own deadline says nothing about the endpoint, unless it had its time.
    if (scope.ended !== undefined && result.outcome === 'timeout' && latencyMs < shortestTimeoutMs) {
      result = { ...result, outcome: 'aborted' };
    }
    return { result, latencyMs, mended: settle(lease, target, result, latencyMs, meters) };
  };
}

const noKey = unanswered('rejected', 'has an API key that cannot be read');
const broken = unanswered('connection', 'could not be asked');

function settle(
  lease: Lease,
  target: Target | undefined,
  result: SendResult,
  latencyMs: number,
  meters: Meters,
): boolean {
  const { endpoint } = lease;
  switch (result.outcome) {
    case 'ok':
      lease.ok(result);
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
    case 'format_rejected': {
      meters.failed(endpoint, 'rejected');
      const mended = target !== undefined && endpoint.access.simplify(target.structured);
      lease.ignored();
      return mended;
    }
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
