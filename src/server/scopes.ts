import type { Deadline } from '@grpc/grpc-js';
import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { type OwnedScope, openScope } from '../base/scope.ts';

/** The part of a grpc-js call that says how long it lives; also an emitter of `cancelled`. */
export interface LivingCall {
  getDeadline(): Deadline;
  once(event: 'cancelled', listener: () => void): unknown;
  off(event: 'cancelled', listener: () => void): unknown;
}

/** The life of one call. */
interface CallScope {
  /** Ends when the client cancels, goes away or runs out of time. */
  readonly scope: OwnedScope;
  /** To be called once the call has its status. */
  release(): void;
}

export interface CallScopes {
  open(call: LivingCall): CallScope;
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
      const onCancelled = () =>
        scope.end(new SemtelError('cancelled', 'The client cancelled the call or went away.'));
      call.once('cancelled', onCancelled);
      const release = () => {
        // grpc-js says `cancelled` after a normal end too; nobody is to hear that one.
        call.off('cancelled', onCancelled);
        scopes.delete(scope);
        scope.dispose();
      };
      return { scope, release };
    },
    endAll(reason) {
      for (const scope of [...scopes]) scope.end(reason);
    },
  };
}
