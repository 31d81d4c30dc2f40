import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { moduleBeside } from '../../base/moduleBeside.ts';
import type { Asked, Told } from './parquetThread.ts';

/** One reading of a Parquet file, in a thread. */
export interface ParquetReader extends AsyncDisposable {
  /** What comes next; to be asked again when it has come. Rejects with the library's words. */
  next(): Promise<Told>;
}

/** Starting a thread takes longer than reading a small file, of which a folder may hold thousands: the last one stays. */
let idle: Worker | undefined;

export function openReader(asked: Asked): ParquetReader {
  const worker = idle ?? new Worker(moduleBeside(import.meta.url, 'parquetThread'));
  idle = undefined;
  worker.ref();
  let usable = true;
  let order: Asked | 'next' = asked;
  return {
    async next() {
      worker.postMessage(order);
      order = 'next';
      usable = false;
      const [told] = (await once(worker, 'message')) as [Told];
      if ('failure' in told) throw new Error(told.failure);
      usable = true;
      return told;
    },
    async [Symbol.asyncDispose]() {
      if (!usable || idle !== undefined) {
        // Still at work, failed or one too many. Its memory goes with it: WebAssembly gives none back.
        await worker.terminate();
        return;
      }
      idle = worker;
      worker.unref();
    },
  };
}
