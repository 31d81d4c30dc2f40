import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ColumnarFile, columnarFile } from '../../arrow/columnarFile.ts';
import { unreadable } from '../../arrow/unreadable.ts';
import type { Asked, Told } from './parquetThread.ts';

/**
 * Opens a Parquet file: any codec, nested lists of structs, row groups of up to about 1 GB compressed, of which one is
 * in memory at a time. It is read in a thread of its own, which is gone with its memory when all is read: WebAssembly
 * gives none back.
 */
export async function openParquetFile(path: string): Promise<ColumnarFile> {
  const { schemaIpc, rows } = await described(path);
  return columnarFile(path, schemaIpc, (columns) => batches(path, columns), rows);
}

async function described(path: string) {
  const worker = started({ path, columns: null });
  try {
    const told = await nextOf(worker);
    if ('schemaIpc' in told) return told;
    throw new Error('the thread that reads it told no schema');
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await worker.terminate();
  }
}

/** One batch is read ahead while the last one is used. */
async function* batches(path: string, columns: readonly string[]): AsyncGenerator<Uint8Array> {
  const worker = started({ path, columns });
  try {
    let next = nextOf(worker);
    for (;;) {
      const told = await next;
      if (!('ipc' in told)) return;
      next = nextOf(worker);
      // Nobody waits for it where reading ends early.
      next.catch(() => {});
      yield told.ipc;
    }
  } finally {
    await worker.terminate();
  }
}

function started(asked: Asked): Worker {
  return new Worker(new URL('./parquetThread.ts', import.meta.url), { workerData: asked });
}

async function nextOf(worker: Worker): Promise<Told> {
  worker.postMessage('next');
  const [told] = (await once(worker, 'message')) as [Told];
  if ('failure' in told) throw new Error(told.failure);
  return told;
}
