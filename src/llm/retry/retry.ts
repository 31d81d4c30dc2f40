import type { Clock } from '../../base/clock.ts';
import { SemtelError } from '../../base/error.ts';
import type { Random } from '../../base/random.ts';
import { type Scope, sleep } from '../../base/scope.ts';
import type { Call, ChatRequest } from '../call.ts';
import type { Tuning } from '../config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Lease } from '../endpoint/lease.ts';
import type { FailedSend } from '../http/outcome.ts';
import type { Meters } from '../meters.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { Attempt } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import { exhausted, interrupted, refused, type Spent } from './failedCall.ts';
import type { RetryBudget } from './retryBudget.ts';

export interface RetryPorts {
  readonly dispatcher: Dispatcher;
  readonly attempt: Attempt;
  readonly budget: RetryBudget;
  readonly meters: Meters;
  readonly clock: Clock;
  readonly random: Random;
  readonly tuning: Tuning;
}

/**
 * Repeats attempts until one gives a reply or none can. Each attempt takes a lease of its own, so that a call that
 * backs off holds no permit; it comes back at the head of its job's queue.
 */
export function withRetry(ports: RetryPorts): Call {
  const { attempt, budget, meters, clock, random, tuning } = ports;
  return async (request, scope) => {
    const spent: Spent = { attempts: 0, endpoint: null, last: null };
    const tried = new Set<Endpoint>();
    // Comes back at the head of its queue, but behind those who have not yet tried an endpoint that fails them all.
    let again = false;
    let timeouts = 0;
    budget.earn();
    for (;;) {
      const lease = await leaseFor(ports, request, scope, tried, again, spent);
      const { endpoint } = lease;
      request.onAttempt?.(1);
      const { result, latencyMs, mended } = await attempt(lease, request, timeouts, scope);
      if (result.outcome === 'timeout') timeouts += 1;
      if (result.outcome === 'throttled') request.onAttempt?.(-1);
      else spent.attempts += 1;
      spent.endpoint = endpoint.config.name;
      if (result.outcome === 'ok') {
        if (spent.attempts > 1) budget.giveBack();
        return { ...result.reply, endpoint: spent.endpoint, attempts: spent.attempts, latencyMs };
      }
      const { reason, mayBeBilled } = result;
      spent.last = reason;
      request.onTrouble?.({ attempts: spent.attempts, endpoint: spent.endpoint, reason, mayBeBilled });
      if (scope.ended !== undefined) throw interrupted(scope.ended, spent);
      // A 429 cools the endpoint, not the row.
      again = !endpoint.failing;
      if (result.outcome === 'throttled') continue;
      if (!mended) refuseFinal(result, spent);
      if (spent.attempts >= tuning.maxAttempts) throw exhausted(spent);
      if (mended) continue;
      tried.add(endpoint);
      meters.retried(endpoint);
      // Another endpoint is no busier for the refusal of this one.
      if (result.outcome === 'rejected') continue;
      await untilAfforded(budget, spent.attempts, scope, { clock, random, tuning }).catch(
        (reason: SemtelError) => {
          throw interrupted(reason, spent);
        },
      );
    }
  };
}

/** Throws when the request itself is at fault, so that no endpoint would take it. */
function refuseFinal(failure: FailedSend, spent: Spent): void {
  const { outcome } = failure;
  if (outcome === 'format_rejected' || outcome === 'schema_rejected' || outcome === 'unexplained')
    throw refused('request_rejected', failure, spent);
  if (outcome === 'context_length' || outcome === 'content_filter' || outcome === 'request_rejected') {
    throw refused(outcome, failure, spent);
  }
}

async function leaseFor(
  { dispatcher, clock }: RetryPorts,
  request: ChatRequest,
  scope: Scope,
  tried: ReadonlySet<Endpoint>,
  again: boolean,
  spent: Spent,
): Promise<Lease> {
  let lease: Lease;
  try {
    lease = await dispatcher.lease(request, scope, tried, again);
  } catch (reason) {
    throw interrupted(reason as SemtelError, spent, dispatcher.trouble);
  }
  // The scope may end between the hand-over and this line.
  if (scope.ended === undefined && clock.now() < scope.deadlineMs) return lease;
  lease.ignored();
  throw interrupted(scope.ended ?? new SemtelError('deadline', 'The deadline passed.'), spent);
}

/** Backs off, and again while the budget is empty: waiting costs no attempt, only the call's own time. */
async function untilAfforded(
  budget: RetryBudget,
  attempts: number,
  scope: Scope,
  { clock, random, tuning }: Pick<RetryPorts, 'clock' | 'random' | 'tuning'>,
): Promise<void> {
  do {
    await sleep(clock, backoffMs(attempts, tuning, random), scope);
  } while (!budget.spend(clock.now()));
}
