import { type Scope, sleep } from '../base/scope.ts';
import type { Control } from './control.ts';
import type { Endpoint } from './endpoint.ts';
import { type CallFault, callFaults, drawFault } from './faults.ts';
import { type Headers, quotaHeaders, retryHeaders } from './headers.ts';
import { isProblem, type Problem, problemBody } from './problem.ts';
import type { Admission } from './quota/quota.ts';
import type { World } from './world.ts';

/** What a call is about; the same way through the endpoint for chats and embeddings. */
export interface Work {
  readonly promptTokens: number;
  /** Taken from the token quota on arrival. */
  readonly reservedTokens: number;
  /** Makes the reply; run once, when the call has a slot. */
  answer(): Result | Problem;
}

export interface Result {
  readonly body: object;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** How a call ends for its client. */
export type Outcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: Headers;
      readonly body: string;
      /** The body is sent piece by piece over this time; 0 = at once. */
      readonly dripMs: number;
    }
  | { readonly kind: 'reset' };

/** The words of a fault that is an error response. */
const problems = {
  '400': { type: 'invalid_request_error', code: null, message: 'bad request' },
  '401': { type: 'invalid_request_error', code: 'invalid_api_key', message: 'incorrect API key provided' },
  '403': { type: 'invalid_request_error', code: 'unsupported_region', message: 'access is forbidden' },
  '404': { type: 'invalid_request_error', code: 'model_not_found', message: 'the model does not exist' },
  '429': {
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'the engine is busy, whatever your quota',
  },
  insufficient_quota: {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'you exceeded your current quota, please check your plan and billing details',
  },
  '500': { type: 'server_error', code: null, message: 'the server had an error' },
  '503': { type: 'server_error', code: 'overloaded', message: 'the engine is overloaded, try again later' },
  '529': { type: 'overloaded_error', code: null, message: 'the provider is at capacity' },
};
type ProblemFault = keyof typeof problems;

function faultProblem(fault: ProblemFault): Problem {
  const status = fault === 'insufficient_quota' ? 429 : Number(fault);
  const { message, ...words } = problems[fault];
  return { status, message: `Simulated: ${message}.`, param: null, ...words };
}

/** Met before the endpoint looks at its quota. */
const atTheDoor = new Set<CallFault | null>(['400', '401', '403', '404', '429', 'insufficient_quota']);
/** Met instead of the reply: the call has spent its quota, slot and time. */
const atTheEnd = new Set<CallFault | null>(['500', '503', '529']);

/** A slow reply takes ten times as long in all; without a latency it still takes a second. */
const slowFactor = 9;
const smallestDripMs = 1_000;

const never = (scope: Scope) => new Promise<never>((_, reject) => scope.onEnd(reject));

export function problemOutcome(problem: Problem, headers: Headers = {}): Outcome {
  return { kind: 'response', status: problem.status, headers, body: problemBody(problem), dripMs: 0 };
}

function refusal(endpoint: Endpoint, admission: Admission & { admitted: false }, control: Control): Problem {
  const { unit, requested, remaining, waitMs } = admission;
  const limit = unit === 'tokens' ? control.tpm : control.rpm;
  const numbers = `limit ${limit} ${unit} per minute, left now ${remaining}, requested ${requested}`;
  const advice = Number.isFinite(waitMs)
    ? `Please try again in ${Math.ceil(waitMs)}ms.`
    : 'The request is larger than the whole limit: make it smaller.';
  const message = `Rate limit reached for ${endpoint.name || 'the default endpoint'} on ${unit}: ${numbers}. ${advice}`;
  return { status: 429, message, type: unit, code: 'rate_limit_exceeded', param: null };
}

/**
 * The way of one valid call: door faults, quota, slot, work, latency, reply.
 * Rejects with the scope's reason when the client goes before the end.
 */
export async function performCall(
  endpoint: Endpoint,
  work: Work,
  world: World,
  scope: Scope,
): Promise<Outcome> {
  const { control, recorder, quota } = endpoint;
  const { clock } = world;
  const fault = drawFault(callFaults, control.faults, endpoint.faultRandom);
  if (fault !== null) recorder.fault(fault);

  const now = clock.now();
  const told = () => quotaHeaders(control.headers, quota, now, world.unixMsOf);
  if (fault === 'reset') return { kind: 'reset' };
  if (atTheDoor.has(fault)) return problemOutcome(faultProblem(fault as ProblemFault), told());

  const admission = quota.admit(work.reservedTokens, now);
  if (!admission.admitted) {
    const { unit, requested, remaining, waitMs } = admission;
    const retry_after_ms = Number.isFinite(waitMs) ? Math.ceil(waitMs) : null;
    recorder.throttled({ at_ms: now, unit, requested, remaining, retry_after_ms });
    const headers = control.retry_after ? { ...told(), ...retryHeaders(waitMs) } : told();
    return problemOutcome(refusal(endpoint, admission, control), headers);
  }
  recorder.admitted(work.reservedTokens, now);
  const headers = told();

  let spentTokens = work.promptTokens;
  let leave = () => {};
  try {
    leave = await endpoint.slots.enter(scope);
    if (fault === 'hang') return await never(scope);
    const result = atTheEnd.has(fault) ? faultProblem(fault as ProblemFault) : work.answer();
    const latencyMs = endpoint.latencyMs(isProblem(result) ? 0 : result.completionTokens);
    if (latencyMs > 0) await sleep(clock, latencyMs, scope);
    if (isProblem(result)) return problemOutcome(result, headers);

    const { completionTokens: completion, cachedTokens: cached } = result;
    spentTokens += completion;
    recorder.count('ok');
    recorder.billed({ prompt: work.promptTokens, completion, cached });
    const dripMs = fault === 'slow' ? Math.max(slowFactor * latencyMs, smallestDripMs) : 0;
    return { kind: 'response', status: 200, headers, body: JSON.stringify(result.body), dripMs };
  } finally {
    leave();
    const unused = Math.max(0, work.reservedTokens - spentTokens);
    if (control.refund && unused > 0) {
      admission.giveBack(unused, clock.now());
      recorder.refunded(unused);
    }
  }
}
