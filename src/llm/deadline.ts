import type { Clock } from '../base/clock.ts';
import { SemtelError } from '../base/error.ts';
import { type OwnedScope, openScope } from '../base/scope.ts';
import type { Call } from './call.ts';
import { interrupted } from './retry/failedCall.ts';

/** The calls under way, so that closing the engine can end them. */
export class OpenCalls {
  readonly #scopes = new Set<OwnedScope>();
  #closed: SemtelError | undefined;

  /** Ends every call under way and every later one. */
  close(): void {
    this.#closed = new SemtelError('cancelled', 'The engine is closed.');
    for (const scope of this.#scopes) scope.end(this.#closed);
  }

  add(scope: OwnedScope): void {
    if (this.#closed !== undefined) scope.end(this.#closed);
    else this.#scopes.add(scope);
  }

  delete(scope: OwnedScope): void {
    this.#scopes.delete(scope);
  }
}

/** Bounds a call by its own deadline and by the engine's life: nothing is asked once either is over. */
export function withDeadline(call: Call, clock: Clock, openCalls: OpenCalls): Call {
  return async (request, scope) => {
    const own = openScope(clock, { parent: scope });
    openCalls.add(own);
    try {
      if (clock.now() >= scope.deadlineMs) own.end(new SemtelError('deadline', 'The deadline passed.'));
      if (own.ended !== undefined) {
        throw interrupted(own.ended, { attempts: 0, endpoint: null, last: null });
      }
      return await call(request, own);
    } finally {
      own.dispose();
      openCalls.delete(own);
    }
  };
}
