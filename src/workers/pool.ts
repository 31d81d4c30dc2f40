import { Piscina } from 'piscina';
import type { Clock } from '../base/clock.ts';
import { messageOf, SemtelError } from '../base/error.ts';
import type { Log } from '../base/log.ts';
import { moduleBeside } from '../base/moduleBeside.ts';
import { fillBuffer } from '../base/ownBuffer.ts';
import { type Scope, untilEnd } from '../base/scope.ts';
import { isReading, markSound, newPhase, type Phase, started } from './phase.ts';
import { packed, type Results, type Task } from './run.ts';
import type { Workers } from './tasks.ts';
import type { ThreadReply, ThreadTask } from './thread.ts';
import { ThreadTurns } from './threadTurns.ts';

export interface PoolOptions {
  readonly threads: number;
  /** Tasks that may wait for a thread; one more is refused as `overloaded`. */
  readonly maxQueue: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a task counts for in the turns. */
interface Share {
  readonly jobId: string;
  readonly bytes: number;
}

/** A task as it is handed to a thread: made when its turn comes, so that what waits is held once. */
interface Packed<Name> {
  readonly task: Extract<Task, { name: Name }>;
  readonly transferList?: ArrayBuffer[];
}

/**
 * Space for young objects of each thread. V8's own 48 MB fill with texts that nobody holds: two busy threads took
 * 100 to 200 MB more, and prepared a batch in 5 % less CPU.
 */
const maxYoungMb = 8;

/** Reading takes milliseconds; a client must hear of bytes that hang it within 2 s. */
const readingLimitMs = 1500;
/** A task takes tens of milliseconds, so a full queue is soon shorter. */
const retryAfterMs = 1000;

/**
 * The tasks on a pool of threads, where jobs take turns. A thread that reads for longer than 1.5 s is ended, its task
 * rejected as `bad_arrow`; others go on. When a scope ends its caller is let go at once: a waiting task is dropped, a
 * running one finishes for nobody.
 */
export function poolWorkers({ threads, maxQueue, clock, log }: PoolOptions): Workers {
  const pool = new Piscina<ThreadTask, ThreadReply>({
    filename: moduleBeside(import.meta.url, 'thread').href,
    resourceLimits: { maxYoungGenerationSizeMb: maxYoungMb },
    minThreads: threads,
    maxThreads: threads,
  });
  const turns = new ThreadTurns(threads);

  async function start<Name extends keyof Results>(
    { jobId, bytes }: Share,
    scope: Scope,
    pack: () => Packed<Name>,
  ): Promise<Results[Name]> {
    if (turns.waiting >= maxQueue)
      throw new SemtelError(
        'overloaded',
        `${maxQueue} batches already wait for a worker thread; send it again.`,
        {
          retryable: true,
          retryAfterMs,
        },
      );
    const leave = await turns.take(jobId, bytes, scope);
    return untilEnd(runInThread(pack).finally(leave), scope);
  }

  async function runInThread<Name extends keyof Results>(pack: () => Packed<Name>): Promise<Results[Name]> {
    const { task, transferList = [] } = pack();
    const phase = newPhase();
    const kill = new AbortController();
    const stopWatch = watch(phase, clock, () => {
      log.warn('A worker thread was ended: it could not finish reading an Arrow batch.', { task: task.name });
      kill.abort(new SemtelError('bad_arrow', 'The Arrow batch is broken: reading it does not end.'));
    });
    try {
      const reply = await pool.run({ task, phase }, { transferList, signal: kill.signal });
      return resultOf(reply, task.name, log) as Results[Name];
    } catch (error) {
      if (error instanceof SemtelError) throw error;
      throw kill.signal.aborted ? kill.signal.reason : lost(error);
    } finally {
      stopWatch();
    }
  }

  return {
    prepare: (task, scope) =>
      start({ jobId: task.jobId, bytes: task.ipc.length }, scope, () => {
        const ipc = movable(task.ipc);
        return { task: { name: 'prepare', task: { ...task, ipc } }, transferList: [ipc.buffer] };
      }),
    encode(task, scope) {
      const light = packed(task);
      const bytes = task.carried.length + light.columns.length;
      return start({ jobId: task.jobId, bytes }, scope, () => ({
        task: { name: 'encode', task: { ...light, carried: alone(task.carried) } },
      }));
    },
    schema: (task, scope) =>
      start({ jobId: task.jobId, bytes: task.input?.length ?? 0 }, scope, () => ({
        task: { name: 'schema', task: { ...task, input: task.input === null ? null : alone(task.input) } },
      })),
    get queued() {
      return turns.waiting;
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

function resultOf(reply: ThreadReply, task: Task['name'], log: Log): Results[keyof Results] {
  if (reply.ok) return reply.result;
  if ('kind' in reply) throw new SemtelError(reply.kind, reply.message);
  log.error('A task failed in a worker thread.', { task, trace: reply.trace });
  throw new SemtelError('internal', 'A task failed in a worker thread; the log of the server says more.');
}

function lost(error: unknown): SemtelError {
  return new SemtelError('internal', `A worker thread was lost: ${messageOf(error)}.`, { cause: error });
}

const hasOwnBuffer = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength;

/** The bytes with a buffer of their own: a view of a larger one would take all of it along. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return hasOwnBuffer(bytes) ? bytes : new Uint8Array(bytes);
}

/** The bytes with a buffer that may go to a thread, so that this side holds nothing of a large message any longer. */
function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return fillBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : alone(bytes);
}
