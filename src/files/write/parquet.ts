import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { moduleBeside } from '../../base/moduleBeside.ts';
import type { Append, Encoder } from './encoder.ts';
import type { Made, Order } from './parquetThread.ts';

/** A Parquet file with Snappy, which every reader knows; made in a thread of its own, a row group in memory. */
export function parquetEncoder(append: Append): Encoder {
  let worker: Worker | undefined;
  const carryOut = async (order: Order) => {
    worker ??= new Worker(moduleBeside(import.meta.url, 'parquetThread'));
    worker.postMessage(order);
    const [made] = (await once(worker, 'message')) as [Made];
    if ('failure' in made) throw new Error(`Parquet cannot be written: ${made.failure}`);
    for (const bytes of made.bytes) await append(bytes);
  };
  return {
    write: (ipc) => carryOut({ ipc }),
    async end() {
      try {
        await carryOut({ end: true });
      } finally {
        await worker?.terminate();
      }
    },
  };
}
