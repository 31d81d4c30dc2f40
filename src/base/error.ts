/** What can end an exchange; the gRPC status of each is chosen in one file of `server/`. */
export type ExchangeErrorKind =
  | 'bad_arrow'
  | 'row_count'
  | 'missing_column'
  | 'column_type'
  | 'bad_option'
  | 'too_many_rows'
  | 'bad_token'
  | 'unknown_classifier'
  | 'unknown_model'
  | 'unknown_job'
  | 'endpoints_rejected'
  | 'overloaded'
  | 'draining'
  | 'cancelled'
  | 'not_admitted'
  | 'internal';

/** What can end one call to a model. */
export type CallErrorKind =
  | 'deadline'
  | 'attempts_exhausted'
  | 'endpoints_rejected'
  | 'request_rejected'
  | 'context_length'
  | 'content_filter'
  | 'unknown_model'
  | 'cancelled'
  | 'max_cost'
  | 'max_tokens';

/** What can be wrong before any work starts: a configuration, a prompt file, an input file, an address. */
export type SetupErrorKind = 'config' | 'prompt' | 'input' | 'unreachable';

/** What is wrong with an answer: it is not one of what was sent. */
export type AnswerErrorKind = 'unbalanced';

export type ErrorKind = ExchangeErrorKind | CallErrorKind | SetupErrorKind | AnswerErrorKind;

export interface ErrorDetails {
  readonly retryable?: boolean;
  /** How long the other side asks us to wait. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error class: `kind` says what went wrong, `message` what to do about it. */
export class SemtelError extends Error {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SemtelError';
    this.kind = kind;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * What an unforeseen error is and where it arose, without its words: the message of an engine or a library may quote the
 * data at hand (`JSON.parse` does). Those of the operating system hold paths at most, and are kept.
 */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const { name, message, stack = '' } = error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const words = 'syscall' in error ? `: ${message}` : '';
  const frames = (message === '' ? stack : stack.replaceAll(message, ''))
    .split('\n')
    .filter((line) => line.startsWith('    at '));
  return [`${name}${code}${words}`, ...frames].join('\n');
}

/** The words of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
