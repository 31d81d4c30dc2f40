import { setImmediate as nextTurn } from 'node:timers/promises';

/** Resolves once it is so, looking at every turn of the event loop: however slow the machine, and no later. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await nextTurn();
}
