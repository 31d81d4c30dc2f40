import type { Answer, AnswerCode, Status } from '../base/answer.ts';
import type { ErrorKind, SemtelError } from '../base/error.ts';
import { CallError, type Trouble } from '../llm/call.ts';
import type { StoredAnswer } from '../store/store.ts';
import type { SkipCode } from '../workers/tasks.ts';

/** Bound of `error_message` in the output contract. */
const maxMessageChars = 300;

const nothing: Answer = {
  status: 'failed',
  errorCode: null,
  errorMessage: null,
  outputs: null,
  source: 'none',
  repair: null,
  model: null,
  endpoint: null,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  attempts: 0,
  latencyMs: 0,
  callQuestions: 0,
};

const skipWords: Record<SkipCode, string> = {
  null: 'The conversation is null.',
  empty: 'No message has any text.',
  bad_conversation: 'The conversation is a list, but not of {role, content} messages only.',
};

function without(status: Status, code: AnswerCode, message: string): Answer {
  return { ...nothing, status, errorCode: code, errorMessage: message.slice(0, maxMessageChars) };
}

export function skippedAnswer(code: SkipCode): Answer {
  return without('skipped', code, skipWords[code]);
}

export function storedAnswer(stored: StoredAnswer): Answer {
  return { ...nothing, ...stored, status: 'ok', source: 'store' };
}

/** The same answer for a row that did not pay for it. */
export function sharedAnswer(answer: Answer): Answer {
  const source = answer.source === 'store' ? 'store' : 'shared';
  return {
    ...answer,
    source,
    promptTokens: 0,
    cachedTokens: 0,
    completionTokens: 0,
    attempts: 0,
    latencyMs: 0,
  };
}

/** An answer that also carries what an earlier one to the same question cost. */
export function addBill(answer: Answer, before: Answer): Answer {
  return {
    ...answer,
    promptTokens: answer.promptTokens + before.promptTokens,
    cachedTokens: answer.cachedTokens + before.cachedTokens,
    completionTokens: answer.completionTokens + before.completionTokens,
    attempts: answer.attempts + before.attempts,
  };
}

const stateOf: Partial<Record<ErrorKind, readonly [Status, AnswerCode]>> = {
  deadline: ['failed', 'deadline'],
  attempts_exhausted: ['failed', 'attempts_exhausted'],
  endpoints_rejected: ['failed', 'endpoints_rejected'],
  request_rejected: ['failed', 'request_rejected'],
  context_length: ['failed', 'context_length'],
  content_filter: ['refused', 'content_filter'],
  cancelled: ['cancelled', 'cancelled'],
  max_cost: ['over_budget', 'max_cost'],
  max_tokens: ['over_budget', 'max_tokens'],
};

/** The row state of a call that gave no reply, or of a wait that ended; undefined for a fault of our own. */
export function endedAnswer(error: SemtelError): Answer | undefined {
  const state = stateOf[error.kind];
  if (state === undefined) return undefined;
  const answer = without(state[0], state[1], error.message);
  if (!(error instanceof CallError) || error.attempts === 0) return answer;
  return { ...answer, source: 'llm', attempts: error.attempts, endpoint: error.endpoint };
}

/** The end of a question after requests were sent for it; says what the last one that ended came to. */
export function afterAttempts(answer: Answer, attempts: number, trouble: Trouble | undefined): Answer {
  const asked = { ...answer, source: 'llm', attempts } as const;
  if (trouble === undefined) return asked;
  const { endpoint, reason } = trouble;
  const errorMessage = `${answer.errorMessage} The last attempt: endpoint "${endpoint}" ${reason}.`;
  return { ...asked, endpoint, errorMessage: errorMessage.slice(0, maxMessageChars) };
}
