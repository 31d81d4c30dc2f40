import type { CallErrorKind, SemtelError } from '../../base/error.ts';
import { CallError } from '../call.ts';
import type { FailedSend } from '../http/outcome.ts';

/** What a call has cost so far. */
export interface Spent {
  /** HTTP requests, 429 not counted. */
  attempts: number;
  /** Of the last attempt. */
  endpoint: string | null;
  /** What became of it, as the end of a sentence. */
  last: string | null;
}

/** Rows carry no more. */
const maxChars = 300;

function callError(kind: CallErrorKind, sentence: string, { attempts, endpoint }: Spent): CallError {
  const message = sentence.length > maxChars ? `${sentence.slice(0, maxChars - 1)}…` : sentence;
  return new CallError(kind, message, { attempts, endpoint });
}

const lastWords = ({ endpoint, last }: Spent) =>
  last === null ? '' : `; the last: endpoint "${endpoint}" ${last}`;

/**
 * The scope ended, or no endpoint is left, while the call waited or was under way. `trouble`: what keeps the model from
 * answering, in words; it stands for the last attempt where there was none.
 */
export function interrupted(reason: SemtelError, spent: Spent, trouble: string | null = null): CallError {
  if (reason.kind === 'endpoints_rejected') return callError('endpoints_rejected', reason.message, spent);
  if (reason.kind !== 'deadline') {
    return callError('cancelled', 'The call was cancelled: nobody waits for its answer.', spent);
  }
  const why = spent.last === null && trouble !== null ? `; ${trouble}` : lastWords(spent);
  const sentence = `The deadline passed after ${spent.attempts} attempts${why}.`;
  return callError('deadline', sentence, spent);
}

/** Every attempt failed for a reason that may pass. */
export function exhausted(spent: Spent): CallError {
  return callError(
    'attempts_exhausted',
    `Gave up after ${spent.attempts} attempts${lastWords(spent)}.`,
    spent,
  );
}

const refusals = {
  context_length:
    'the conversation is longer than the model can read; lower truncate.max_tokens of the classifier',
  content_filter: "the provider's content filter refused the conversation",
  request_rejected:
    "the request is refused; check the classifier's model options and the endpoint's `request` settings",
} as const;

/** The endpoint refuses this request, and another would too. */
export function refused(kind: keyof typeof refusals, { reason }: FailedSend, spent: Spent): CallError {
  return callError(kind, `Endpoint "${spent.endpoint}" ${reason}: ${refusals[kind]}.`, spent);
}

/** The configuration has no such model. */
export function unknownModel(name: string, guess: string | undefined): CallError {
  const hint = guess === undefined ? '' : `; did you mean "${guess}"?`;
  const spent = { attempts: 0, endpoint: null, last: null };
  return callError('unknown_model', `No model "${name}" is configured${hint}`, spent);
}
