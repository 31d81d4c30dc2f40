import { Piscina } from 'piscina';
import type { Clock } from '../base/clock.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { type Scope, untilEnd } from '../base/scope.ts';
import { isReading, isWaiting, markSound, newPhase, type Phase, started } from './phase.ts';
import { packed, type Results, type Task } from './run.ts';
import type { Workers } from './tasks.ts';
import type { ThreadReply, ThreadTask } from './thread.ts';

export interface PoolOptions {
  readonly threads: number;
  /** Tasks that may wait for a thread; one more is refused as `overloaded`. */
  readonly maxQueue: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reading takes milliseconds; a client must hear of bytes that hang it within 2 s. */
const readingLimitMs = 1500;
/** A task takes tens of milliseconds, so a full queue is soon shorter. */
const retryAfterMs = 1000;

const threadFile = import.meta.filename.endsWith('.ts') ? './thread.ts' : './thread.js';

/**
 * The tasks on a pool of threads. A thread that reads for longer than 1.5 s is ended, its task rejected as
 * `bad_arrow`; others go on. When a scope ends its caller is let go at once: a waiting task is dropped, a running one
 * finishes for nobody.
 */
export function poolWorkers({ threads, maxQueue, clock, log }: PoolOptions): Workers {
  const pool = new Piscina<ThreadTask, ThreadReply>({
    filename: new URL(threadFile, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    // The bound is checked before a task is handed over, so that its bytes are not lost with it.
    maxQueue: Number.POSITIVE_INFINITY,
  });

  async function start<Name extends keyof Results>(
    task: Extract<Task, { name: Name }>,
    scope: Scope,
    transferList: ArrayBuffer[] = [],
  ): Promise<Results[Name]> {
    if (scope.ended !== undefined) throw scope.ended;
    if (pool.queueSize >= maxQueue)
      throw new SemtelError(
        'overloaded',
        `${maxQueue} batches already wait for a worker thread; send it again.`,
        {
          retryable: true,
          retryAfterMs,
        },
      );
    const phase = newPhase();
    const kill = new AbortController();
    const leave = scope.onEnd((reason) => {
      if (isWaiting(phase)) kill.abort(reason);
    });
    const stopWatch = watch(phase, clock, () => {
      log.warn('A worker thread was ended: it could not finish reading an Arrow batch.', { task: task.name });
      kill.abort(new SemtelError('bad_arrow', 'The Arrow batch is broken: reading it does not end.'));
    });
    const reply = pool.run({ task, phase }, { transferList, signal: kill.signal });
    const result = reply.then(resultOf, (error: unknown) => {
      throw kill.signal.aborted ? kill.signal.reason : lost(error);
    });
    const done = result.finally(() => {
      stopWatch();
      leave();
    });
    return untilEnd(done as Promise<Results[Name]>, scope);
  }

  return {
    prepare(task, scope) {
      const ipc = owned(task.ipc);
      return start({ name: 'prepare', task: { ...task, ipc } }, scope, [ipc.buffer]);
    },
    encode: (task, scope) =>
      start({ name: 'encode', task: { ...packed(task), carried: owned(task.carried) } }, scope),
    schema: (task, scope) =>
      start(
        { name: 'schema', task: { ...task, input: task.input === null ? null : owned(task.input) } },
        scope,
      ),
    get queued() {
      return pool.queueSize;
    },
    close: () => pool.destroy(),
  };
}

/** Calls `onHang` when the task has been reading for too long; the returned function ends the watch. */
function watch(phase: Phase, clock: Clock, onHang: () => void): () => void {
  let over = false;
  let stopTimer = () => {};
  void started(phase).then(() => {
    if (over) return;
    stopTimer = clock.after(readingLimitMs, () => {
      if (isReading(phase)) onHang();
    });
  });
  return () => {
    over = true;
    stopTimer();
    // Lets go of `started` where the task never ran.
    markSound(phase);
  };
}

function resultOf(reply: ThreadReply): Results[keyof Results] {
  if (reply.ok) return reply.result;
  throw new SemtelError(reply.kind, reply.message);
}

function lost(error: unknown): SemtelError {
  return new SemtelError('internal', `A worker thread was lost: ${messageOf(error)}.`, { cause: error });
}

/** The bytes with a buffer of their own: a view of a larger one would take all of it along. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}
