import type { Readable } from 'node:stream';
import { SemtelError } from '../base/error.ts';
import { type Scope, untilEnd } from '../base/scope.ts';
import { malformed } from './proto.ts';

/**
 * Holds one message in each direction instead of Node's 16: a message may be 64 MB. grpc-js builds the stream itself
 * and passes no option on, so the mark is set on the stream's state before anything is read.
 */
export function holdOneMessage(call: object): void {
  const { _readableState: reading, _writableState: writing } = call as {
    _readableState?: { highWaterMark: number };
    _writableState?: { highWaterMark: number };
  };
  if (reading !== undefined) reading.highWaterMark = 1;
  if (writing !== undefined) writing.highWaterMark = 1;
}

/** The messages of a client's stream, each read when asked for; rejects `bad_option` at one that is no message. */
export async function* messagesOf<Request>(call: Pick<Readable, 'iterator'>): AsyncGenerator<Request> {
  // Not destroyed on return: the status of the call is still to be sent.
  for await (const message of call.iterator({ destroyOnReturn: false })) {
    if (message === malformed) throw malformedError();
    yield message;
  }
}

export const malformedError = (): SemtelError =>
  new SemtelError('bad_option', 'The request is not a valid Protocol Buffers message of this method.');

/** The writing half of a call. */
export interface Sink<Response> {
  write(message: Response): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

/** Writes one message; resolves when the next may follow, rejects when the scope ends before. */
export async function send<Response>(call: Sink<Response>, message: Response, scope: Scope): Promise<void> {
  if (scope.ended !== undefined) throw scope.ended;
  if (call.write(message)) return;
  await untilEnd(new Promise<void>((resolve) => call.once('drain', () => resolve())), scope);
}
