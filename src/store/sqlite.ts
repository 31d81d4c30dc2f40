import { Worker } from 'node:worker_threads';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { moduleBeside } from '../base/moduleBeside.ts';
import type { Backend } from './backend.ts';
import type { FileOptions } from './sqliteFile.ts';
import type { Done, Task } from './sqliteThread.ts';

/** A task without its id, for each kind of task. */
type Order = Task extends infer Each ? (Each extends Task ? Omit<Each, 'id'> : never) : never;

interface Thread {
  readonly worker: Worker;
  readonly open: Map<number, PromiseWithResolvers<Done>>;
}

/**
 * Answers in one SQLite file, shared by the processes of one machine. SQLite blocks whoever calls it (7 ms for a
 * thousand answers, 60 ms among three million, more where another process writes), so it has a thread of its own,
 * which starts with the first task and again after a crash.
 */
export function sqliteBackend(
  options: FileOptions,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): Backend {
  let thread: Thread | undefined;
  let lastId = 0;

  function started(): Thread {
    const worker = new Worker(moduleBeside(import.meta.url, 'sqliteThread'), { workerData: options });
    const open: Thread['open'] = new Map();
    const mine: Thread = { worker, open };
    const gone = (error: unknown) => {
      if (thread === mine) thread = undefined;
      for (const { reject } of open.values()) reject(error);
      open.clear();
    };
    worker.on('message', (done: Done) => {
      if (done.setAside !== undefined) {
        const operation = done.texts === undefined ? 'write' : 'read';
        metrics.count('semtel_store_errors_total', { operation });
        log.warn('The file of kept answers was corrupt; it is set aside, and a new one begun.', {
          file: done.setAside,
        });
      }
      const waiter = open.get(done.id);
      open.delete(done.id);
      if (done.failure === undefined) waiter?.resolve(done);
      else waiter?.reject(new Error(done.failure));
    });
    worker.on('error', gone);
    worker.on('exit', () => gone(new Error('the thread of the store ended')));
    return mine;
  }

  function run(order: Order): Promise<Done> {
    thread ??= started();
    const id = ++lastId;
    const done = Promise.withResolvers<Done>();
    thread.open.set(id, done);
    thread.worker.postMessage({ id, ...order });
    return done.promise;
  }

  return {
    name: options.path,
    read: async (keys) => (await run({ keys })).texts!,
    async write(entries) {
      await run({ entries });
    },
    async close() {
      if (thread === undefined) return;
      const { worker } = thread;
      try {
        await run({ close: true });
      } finally {
        await worker.terminate();
      }
    },
  };
}
