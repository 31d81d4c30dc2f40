import type { Clock } from '../base/clock.ts';
import type { Backend } from './backend.ts';
import type { Trouble } from './trouble.ts';
import { within } from './within.ts';

/** Looks up texts without ever failing. */
export interface Looking {
  /** One entry per key; none at once while the backend is known to be down. */
  read(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  close(): void;
}

/** A restarted Redis is back within a second or two; a look each second costs nothing. */
const probeEveryMs = 1_000;
/** No key is all zeros: a look-up that finds nothing shows that looking up works. */
const probeKey = '0'.repeat(32);

/**
 * A backend that fails or takes longer than `readMs` costs one wait: from then on nobody waits,
 * until a look-up of our own, beside the work, shows that it is back.
 */
export function looking(
  backend: Backend,
  { clock, readMs, trouble }: { readonly clock: Clock; readonly readMs: number; readonly trouble: Trouble },
): Looking {
  let down = false;
  let closed = false;
  let stopProbe = () => {};

  function wentDown(error: unknown): void {
    if (closed) return;
    trouble.failed('read', error);
    if (down) return;
    down = true;
    probeLater();
  }

  function probeLater(): void {
    stopProbe = clock.after(probeEveryMs, () => {
      within(backend.read([probeKey]), readMs, clock).then(
        () => {
          down = false;
        },
        (error: unknown) => {
          if (closed) return;
          trouble.failed('read', error);
          probeLater();
        },
      );
    });
  }

  return {
    async read(keys) {
      if (!down) {
        try {
          return await within(backend.read(keys), readMs, clock);
        } catch (error) {
          wentDown(error);
        }
      }
      return keys.map(() => undefined);
    },
    close() {
      closed = true;
      stopProbe();
    },
  };
}
