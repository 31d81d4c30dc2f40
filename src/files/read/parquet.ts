import { type ColumnarFile, columnarFile } from '../../arrow/columnarFile.ts';
import { unreadable } from '../../arrow/unreadable.ts';
import { messageOf } from '../../base/error.ts';
import { openReader } from './parquetReader.ts';
import type { Asked } from './parquetThread.ts';

/**
 * Opens a Parquet file: any codec, nested lists of structs, a row group in memory at a time. Rejects with `input` errors
 * that name it.
 */
export async function openParquetFile(path: string): Promise<ColumnarFile> {
  const { schemaIpc, rows } = await described(path);
  return columnarFile(
    path,
    schemaIpc,
    (columns, conversation) => batches({ path, columns, conversation }),
    rows,
  );
}

async function described(path: string) {
  await using reader = openReader({ path, columns: null, conversation: null });
  try {
    const told = await reader.next();
    if (!('schemaIpc' in told)) throw new Error('no schema was found');
    return told;
  } catch (error) {
    throw unreadable(path, new Error(`this is not a whole Parquet file (${messageOf(error)})`));
  }
}

/** One batch is read ahead while the last one is used. */
async function* batches(asked: Asked): AsyncGenerator<Uint8Array> {
  await using reader = openReader(asked);
  let next = reader.next();
  for (;;) {
    const told = await next;
    if (!('ipc' in told)) return;
    next = reader.next();
    // Nobody waits for it where reading ends early.
    next.catch(() => {});
    yield told.ipc;
  }
}
