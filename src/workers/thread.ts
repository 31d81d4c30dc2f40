import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type ErrorKind, SemtelError, traceOf } from '../base/error.ts';
import { markReading, markSound, type Phase } from './phase.ts';
import { type Results, run, type Task } from './run.ts';

/** A task as it reaches a thread. */
export interface ThreadTask {
  readonly task: Task;
  readonly phase: Phase;
}

/** What comes back: errors lose their class between threads, so they travel as plain data. */
export type ThreadReply =
  | { readonly ok: true; readonly result: Results[keyof Results] }
  | { readonly ok: false; readonly kind: ErrorKind; readonly message: string }
  | { readonly ok: false; readonly trace: string };

/** What a thread of the pool runs. */
export default function runInThread({ task, phase }: ThreadTask): ThreadReply {
  markReading(phase);
  try {
    const result = run(task, () => markSound(phase));
    return move({
      [transferableSymbol]: buffersOf(result),
      [valueSymbol]: { ok: true, result } satisfies ThreadReply,
    }) as unknown as ThreadReply;
  } catch (error) {
    return error instanceof SemtelError
      ? { ok: false, kind: error.kind, message: error.message }
      : { ok: false, trace: traceOf(error) };
  }
}

/** Bytes that go back without a copy. */
function buffersOf(result: Results[keyof Results]): ArrayBufferLike[] {
  if (result instanceof Uint8Array) return [result.buffer];
  const { carried, bytes, asked, ipc } = result;
  const made = asked === null ? [] : [asked.texts.bytes, asked.texts.ends, asked.cutBytes, ...asked.textOf];
  return [carried, bytes, ...made, ...(ipc === null ? [] : [ipc])].map((array) => array.buffer);
}
