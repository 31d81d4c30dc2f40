import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ExchangeErrorKind, messageOf, SemtelError, traceOf } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { unreachable } from './unreachable.ts';

/** gRPC status of every code that the contract lists. */
const statusOfKind: Readonly<Record<ExchangeErrorKind, status>> = {
  bad_arrow: status.INVALID_ARGUMENT,
  row_count: status.INVALID_ARGUMENT,
  missing_column: status.INVALID_ARGUMENT,
  column_type: status.INVALID_ARGUMENT,
  bad_option: status.INVALID_ARGUMENT,
  too_many_rows: status.INVALID_ARGUMENT,
  bad_token: status.UNAUTHENTICATED,
  unknown_classifier: status.NOT_FOUND,
  unknown_model: status.NOT_FOUND,
  unknown_job: status.NOT_FOUND,
  endpoints_rejected: status.FAILED_PRECONDITION,
  overloaded: status.UNAVAILABLE,
  draining: status.UNAVAILABLE,
  cancelled: status.CANCELLED,
  not_admitted: status.DEADLINE_EXCEEDED,
  internal: status.INTERNAL,
};

const isExchangeKind = (kind: string): kind is ExchangeErrorKind => Object.hasOwn(statusOfKind, kind);

/** What a client waits when UNAVAILABLE comes without a figure: long enough for a restart to be noticed. */
const defaultPushbackMs = 1_000;

/** Longest message sent: it travels in a header, and headers are limited to a few KB. */
const maxDetails = 2_000;

const codeTrailer = 'semtel-error';
const pushbackTrailer = 'grpc-retry-pushback-ms';

/** A method or action that this server does not have; it has no code of its own in the contract. */
export class Unimplemented extends Error {}

/** What ends a call that is not OK. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Details as grpc-js can send them: it runs `encodeURI`, which throws on half a surrogate pair. */
const sendable = (details: string) => details.slice(0, maxDetails).toWellFormed();

/** The kind of the contract's list that an error is told as; undefined for what is not meant for clients. */
export function kindOf(error: unknown): ExchangeErrorKind | undefined {
  if (!(error instanceof SemtelError)) return undefined;
  if (error.kind === 'deadline') return 'not_admitted';
  return isExchangeKind(error.kind) ? error.kind : undefined;
}

/** The gRPC code that a thrown thing becomes. */
export function codeOf(error: unknown): status {
  if (error instanceof Unimplemented) return status.UNIMPLEMENTED;
  return statusOfKind[kindOf(error) ?? 'internal'];
}

/**
 * Turns anything thrown into the status of a call: code, words, and the trailers `semtel-error` and, with
 * UNAVAILABLE, `grpc-retry-pushback-ms`. What is not meant for clients is logged and becomes INTERNAL without its words.
 */
export function callStatus(error: unknown, log: Log): CallStatus {
  const code = codeOf(error);
  const metadata = new Metadata();
  if (error instanceof Unimplemented) return { code, details: sendable(error.message), metadata };
  const kind = kindOf(error);
  metadata.set(codeTrailer, kind ?? 'internal');
  if (code === status.INTERNAL) {
    log.error('A call ended in an internal error.', {
      ...(error instanceof SemtelError && { error: error.message }),
      trace: traceOf(error),
    });
  }
  if (code === status.UNAVAILABLE) {
    const pushbackMs = (error as SemtelError).retryAfterMs ?? defaultPushbackMs;
    metadata.set(pushbackTrailer, String(Math.ceil(pushbackMs)));
  }
  const details = kind === undefined ? 'Internal error; the log of the server says more.' : messageOf(error);
  return { code, details: sendable(details), metadata };
}

/** The name of a gRPC code, as metrics label it. */
export const codeName = (code: status): string => status[code] ?? 'UNKNOWN';

/** Kinds after which the same batch may be sent again. */
const retryableKinds: ReadonlySet<ExchangeErrorKind> = new Set(['overloaded', 'draining', 'not_admitted']);

/** The reverse, for clients: by the trailer where the server set one, else by what gRPC itself says. */
export function errorOfStatus(error: ServiceError, target: string): SemtelError {
  const kind = String(error.metadata?.get(codeTrailer)[0] ?? '');
  if (isExchangeKind(kind)) {
    const pushback = error.metadata?.get(pushbackTrailer)[0];
    return new SemtelError(kind, error.details, {
      retryable: retryableKinds.has(kind),
      ...(pushback !== undefined && { retryAfterMs: Number(pushback) }),
      cause: error,
    });
  }
  switch (error.code) {
    case status.UNAVAILABLE:
      return unreachable(target, error.details, error);
    case status.UNIMPLEMENTED:
      return new SemtelError('unreachable', `What answers at ${target} is not this version of semtel.`, {
        cause: error,
      });
    case status.CANCELLED:
      return new SemtelError('cancelled', 'The call was cancelled.', { cause: error });
    case status.DEADLINE_EXCEEDED:
      return new SemtelError('not_admitted', 'The deadline passed before the server answered.', {
        retryable: true,
        cause: error,
      });
    case status.RESOURCE_EXHAUSTED:
      return new SemtelError('too_many_rows', `The batch is too large to send: ${error.details}`, {
        cause: error,
      });
    default:
      return new SemtelError('internal', `The server at ${target} failed: ${error.details}`, {
        cause: error,
      });
  }
}
