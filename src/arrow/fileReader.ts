import { type FileHandle, open } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { CompressionType, compressionRegistry, DataType, RecordBatchReader, type Schema } from 'apache-arrow';
import { messageOf, SemtelError } from '../base/error.ts';
import { compactColumns, emptyColumns } from './compact.ts';
import { type Rows, rowsOf } from './rows.ts';

compressionRegistry.set(CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });

/** An Arrow IPC file or stream on disk. */
export interface ArrowFile {
  /** Column names in file order, with their types in Arrow's words. */
  readonly columns: ReadonlyMap<string, string>;
  /** True for columns that can be carried as ids: text and integers. */
  canBeId(column: string): boolean;
  /** The named columns, in plain types, at least one item, one for each record batch; each call reads the file anew. */
  read(columns: readonly string[]): AsyncIterable<Rows>;
}

/** Opens an IPC file or stream; which one it is, its first bytes say. Rejects with `input` errors. */
export async function openArrowFile(path: string): Promise<ArrowFile> {
  const reader = await openReader(path);
  const { schema } = reader;
  await reader.cancel();
  return {
    columns: new Map(schema.fields.map((field) => [field.name, String(field.type)])),
    canBeId: (column) => isTextOrInteger(schema, column),
    async *read(columns) {
      try {
        // So that there is one even where the file has none.
        yield rowsOf(emptyColumns(schema, columns));
        for await (const batch of await openReader(path)) {
          if (batch.numRows > 0) yield rowsOf(compactColumns(batch, columns));
        }
      } catch (error) {
        throw unreadable(path, error);
      }
    },
  };
}

async function openReader(path: string) {
  try {
    const handle = await open(path);
    await refuseCutStream(handle, path);
    // The reader closes the handle at the end, when cancelled and on errors.
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    if (reader.schema === undefined) throw new Error('there is no schema');
    return reader;
  } catch (error) {
    throw unreadable(path, error);
  }
}

const fileMagic = 'ARROW1';
/** Arrow columnar format, "IPC Streaming Format": continuation marker and a zero length. */
const endOfStream = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** A stream cut between two messages reads as fewer rows without an error: only its end marker tells. */
async function refuseCutStream(handle: FileHandle, path: string): Promise<void> {
  const { size } = await handle.stat();
  const at = async (position: number, length: number) =>
    (await handle.read(Buffer.alloc(length), 0, length, Math.max(0, position))).buffer;
  const isFile = (await at(0, fileMagic.length)).toString('latin1') === fileMagic;
  const whole = isFile
    ? (await at(size - fileMagic.length, fileMagic.length)).toString('latin1') === fileMagic
    : size >= endOfStream.length &&
      (await at(size - endOfStream.length, endOfStream.length)).equals(endOfStream);
  if (whole) return;
  await handle.close();
  throw new SemtelError(
    'input',
    `${path}: this is not a whole Arrow IPC file or stream; its end is missing. Write it again.`,
  );
}

function isTextOrInteger(schema: Schema, column: string): boolean {
  const type: DataType | undefined = schema.fields.find((field) => field.name === column)?.type;
  const value = DataType.isDictionary(type) ? type.dictionary : type;
  return (
    DataType.isUtf8(value) ||
    DataType.isLargeUtf8(value) ||
    DataType.isUtf8View(value) ||
    DataType.isInt(value)
  );
}

function unreadable(path: string, error: unknown): SemtelError {
  if (error instanceof SemtelError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new SemtelError('input', `${path}: there is no such file.`);
  if (code !== undefined)
    return new SemtelError('input', `${path}: cannot be read (${code}).`, { cause: error });
  const advice = /codec not found/.test(messageOf(error))
    ? 'it is compressed with LZ4; write it uncompressed or with zstd'
    : `it cannot be read as Arrow IPC (${messageOf(error)})`;
  return new SemtelError('input', `${path}: ${advice}.`, { cause: error });
}
