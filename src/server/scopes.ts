import type { Deadline } from '@grpc/grpc-js';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { type OwnedScope, openScope } from '../base/scope.ts';

/** The part of a grpc-js call that says how long it lives; also an emitter of `cancelled`. */
export interface LivingCall {
  getDeadline(): Deadline;
  once(event: 'cancelled', listener: () => void): unknown;
}

export interface CallScopes {
  /** A scope that ends when the client cancels, goes away or runs out of time. Dispose it when the call is answered. */
  open(call: LivingCall): OwnedScope;
  /** Ends every open scope: what still waits when the server closes. */
  endAll(reason: SemtelError): void;
}

/** grpc-js tells deadlines in wall time, scopes live on the clock's scale: only the time left is carried over. */
function deadlineOnClock(call: LivingCall, clock: Clock): number {
  return clock.now() + (Number(call.getDeadline()) - Date.now());
}

export function callScopes(clock: Clock): CallScopes {
  const scopes = new Set<OwnedScope>();
  return {
    open(call) {
      const scope = openScope(clock, { deadlineMs: deadlineOnClock(call, clock) });
      scopes.add(scope);
      // grpc-js says `cancelled` after a normal end too: by then the scope is disposed.
      let disposed = false;
      call.once('cancelled', () => {
        if (!disposed) scope.end(new SemtelError('cancelled', 'The client cancelled the call or went away.'));
      });
      return {
        ...scope,
        get ended() {
          return scope.ended;
        },
        get deadlineMs() {
          return scope.deadlineMs;
        },
        dispose() {
          disposed = true;
          scopes.delete(scope);
          scope.dispose();
        },
      };
    },
    endAll(reason) {
      for (const scope of [...scopes]) scope.end(reason);
    },
  };
}
