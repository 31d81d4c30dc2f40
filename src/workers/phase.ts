/**
 * How far a task is, in memory that the pool and its thread share: a thread that hangs can say nothing else.
 * Waiting, then reading foreign bytes (may hang in spite of every check), then sound (takes time by the text).
 */
export type Phase = Int32Array<SharedArrayBuffer>;

const waiting = 0;
const reading = 1;
const sound = 2;

export function newPhase(): Phase {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function markReading(phase: Phase): void {
  set(phase, reading);
}

export function markSound(phase: Phase): void {
  set(phase, sound);
}

export function isReading(phase: Phase): boolean {
  return Atomics.load(phase, 0) === reading;
}

/** Resolves when the phase is no longer waiting. */
export async function started(phase: Phase): Promise<void> {
  await Atomics.waitAsync(phase, 0, waiting).value;
}

function set(phase: Phase, value: number): void {
  Atomics.store(phase, 0, value);
  Atomics.notify(phase, 0);
}
