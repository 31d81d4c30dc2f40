import { open } from 'node:fs/promises';
import { SemtelError } from '../base/error.ts';
import { type Frame, joinStream, writeFrames } from '../base/ipcFrames.ts';
import { type ColumnarFile, columnarFile } from './columnarFile.ts';
import { fileFrames } from './fileFrames.ts';
import { readMetadata } from './metadata.ts';
import { unreadable } from './unreadable.ts';

/** Opens an IPC file or stream; which one it is, its first bytes say. Rejects with `input` errors that name it. */
export async function openArrowFile(path: string): Promise<ColumnarFile> {
  return columnarFile(path, await readSchema(path), () => recordBatches(path));
}

async function readSchema(path: string): Promise<Uint8Array> {
  try {
    for await (const frame of frames(path)) {
      if (readMetadata(frame.header).kind === 'schema') return writeFrames([frame], true);
      break;
    }
    throw new SemtelError('input', 'it does not begin with an Arrow schema');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Every record batch with its schema and dictionaries, as a stream of its own. */
async function* recordBatches(path: string): AsyncGenerator<Uint8Array> {
  let schema: Uint8Array | undefined;
  const dictionaries: Frame[] = [];
  for await (const frame of frames(path)) {
    const { kind } = readMetadata(frame.header);
    if (kind === 'schema') schema = frame.header;
    else if (kind === 'dictionary') dictionaries.push(frame);
    else yield joinStream(schema!, dictionaries, frame.header, frame.body);
  }
}

async function* frames(path: string): AsyncGenerator<Frame> {
  await using handle = await open(path);
  yield* fileFrames(handle);
}
