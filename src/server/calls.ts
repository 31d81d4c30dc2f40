import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerDuplexStream,
} from '@grpc/grpc-js';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { type Scope, untilEnd } from '../base/scope.ts';
import type { Service } from '../service/exchange.ts';
import type { Authenticate } from './auth.ts';
import { type CallStatus, callStatus, kindOf, Unimplemented } from './errors.ts';
import { malformed } from './proto.ts';
import type { CallScopes, LivingCall } from './scopes.ts';
import { holdOneMessage, malformedError, send } from './streams.ts';

/** What every method of both doors works with. */
export interface Doorway {
  readonly service: Service;
  readonly authenticate: Authenticate;
  readonly scopes: CallScopes;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Clock;
}

/** Who called, and for how long they wait. */
export interface Caller {
  readonly scope: Scope;
  /** Host address without the port: all connections of a client are one default job. */
  readonly peer: string;
  /** The name of the token that was shown, or what stands for it where none is asked for. */
  readonly token: string;
  readonly weight: number;
}

type Call = LivingCall & { readonly metadata: Metadata; getPeer(): string };

/** `address:port` without the port; IPv4 seen through an IPv6 socket as IPv4. */
const hostOf = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^::ffff:/, '');

function enter(doorway: Doorway, call: Call, scope: Scope): Caller {
  const { name, weight } = doorway.authenticate(call.metadata);
  return { scope, peer: hostOf(call.getPeer()), token: name, weight };
}

/** The status of a call that ends in an error, and its count: whatever the method, and however early it was refused. */
function failed({ service, metrics, log }: Doorway, error: unknown): CallStatus {
  if (!(error instanceof Unimplemented)) {
    const kind = kindOf(error) ?? 'internal';
    service.callFailed(kind);
    metrics.count('semtel_calls_failed_total', { error: kind });
  }
  return callStatus(error, log);
}

/** A method of one request and one response. */
export function unary<Request, Response>(
  doorway: Doorway,
  handle: (request: Request, caller: Caller) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    const { scope, release } = doorway.scopes.open(call);
    try {
      const caller = enter(doorway, call, scope);
      if (call.request === malformed) throw malformedError();
      callback(null, await untilEnd(Promise.resolve(handle(call.request, caller)), scope));
    } catch (error) {
      callback(failed(doorway, error));
    } finally {
      release();
    }
  };
}

/** A method of one request and a few responses. */
export function serverStream<Request, Response>(
  doorway: Doorway,
  handle: (request: Request, caller: Caller) => readonly Response[],
): handleServerStreamingCall<Request, Response> {
  return async (call) => {
    const { scope, release } = doorway.scopes.open(call);
    try {
      const caller = enter(doorway, call, scope);
      if (call.request === malformed) throw malformedError();
      for (const response of handle(call.request, caller)) await send(call, response, scope);
      call.end();
    } catch (error) {
      // grpc-js sends the status of an `error` event; a throw in an async handler would send none, ever.
      call.emit('error', failed(doorway, error));
    } finally {
      release();
    }
  };
}

/** A method of two streams; `handle` resolves when all is sent. */
export function bidi<Request, Response>(
  doorway: Doorway,
  handle: (call: ServerDuplexStream<Request, Response>, caller: Caller) => Promise<void>,
): handleBidiStreamingCall<Request, Response> {
  return async (call) => {
    holdOneMessage(call);
    const { scope, release } = doorway.scopes.open(call);
    try {
      await untilEnd(handle(call, enter(doorway, call, scope)), scope);
      call.end();
    } catch (error) {
      call.emit('error', failed(doorway, scope.ended ?? error));
    } finally {
      // Batches of this stream that are still worked on have nobody left to answer.
      scope.end(new SemtelError('cancelled', 'The call has ended.'));
      release();
    }
  };
}
