import { open } from 'node:fs/promises';
import { DataType, type Field, type Schema } from 'apache-arrow';
import { messageOf, SemtelError } from '../base/error.ts';
import { type Frame, joinStream } from '../base/ipcFrames.ts';
import { fileFrames } from './fileFrames.ts';
import { readMetadata } from './metadata.ts';
import { type Rows, rowsOf } from './rows.ts';
import { type LoadedStream, loadStream } from './stream.ts';

/** An Arrow IPC file or stream on disk. */
export interface ArrowFile {
  /** Column names in file order, with their types in Arrow's words. */
  readonly columns: ReadonlyMap<string, string>;
  /** True for columns that can be carried as ids: text and integers. */
  canBeId(column: string): boolean;
  /** The named columns: first an item without rows, then one for each record batch. Each call reads the file anew. */
  read(columns: readonly string[]): AsyncIterable<Rows>;
}

/** Opens an IPC file or stream; which one it is, its first bytes say. Rejects with `input` errors that name it. */
export async function openArrowFile(path: string): Promise<ArrowFile> {
  const schema = await readSchema(path);
  return {
    columns: new Map(schema.fields.map((field) => [field.name, String(field.type)])),
    canBeId: (column) => isTextOrInteger(schema.fields.find(({ name }) => name === column)?.type),
    async *read(columns) {
      const places = columns.map((name) => schema.fields.findIndex((field) => field.name === name));
      const fields = places.map((place): Field => schema.fields[place]!);
      yield rowsOf(fields, []);
      for await (const batch of recordBatches(path)) {
        const [loaded] = batch.batches;
        yield rowsOf(
          fields,
          places.map((place) => loaded![place]!),
        );
      }
    },
  };
}

async function readSchema(path: string): Promise<Schema> {
  try {
    for await (const { header } of frames(path)) {
      const metadata = readMetadata(header);
      if (metadata.kind === 'schema') return metadata.schema;
      break;
    }
    throw new SemtelError('input', 'it does not begin with an Arrow schema');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Every record batch, checked as those of clients are: a damaged file is an error, not a hang. */
async function* recordBatches(path: string): AsyncGenerator<LoadedStream> {
  try {
    let schema: Uint8Array | undefined;
    const dictionaries: Frame[] = [];
    for await (const frame of frames(path)) {
      const { kind } = readMetadata(frame.header);
      if (kind === 'schema') schema = frame.header;
      else if (kind === 'dictionary') dictionaries.push(frame);
      else {
        const stream = joinStream(schema!, dictionaries, frame.header, frame.body);
        yield loadStream(stream, { rowCount: null, maxRows: Number.MAX_SAFE_INTEGER });
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* frames(path: string): AsyncGenerator<Frame> {
  await using handle = await open(path);
  yield* fileFrames(handle);
}

function isTextOrInteger(type: DataType | undefined): boolean {
  const value = DataType.isDictionary(type) ? type.dictionary : type;
  return (
    DataType.isUtf8(value) ||
    DataType.isLargeUtf8(value) ||
    DataType.isUtf8View(value) ||
    DataType.isInt(value)
  );
}

function unreadable(path: string, error: unknown): SemtelError {
  const { code } = error as NodeJS.ErrnoException;
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code !== undefined
        ? `cannot be read (${code})`
        : messageOf(error).replace(/\.$/, '');
  return new SemtelError('input', `${path}: ${why}.`, { cause: error });
}
