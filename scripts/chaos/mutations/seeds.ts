import { readdirSync, readFileSync } from 'node:fs';
import { loadSchema } from '../../../src/arrow/stream.ts';
import { type Frame, readFrames } from '../../../src/base/ipcFrames.ts';

/** A sound stream that another implementation wrote. */
export interface Seed {
  readonly name: string;
  readonly ipc: Uint8Array;
  readonly frames: readonly Frame[];
  readonly rows: number;
  /** Its columns besides the conversation. */
  readonly columns: readonly string[];
}

const folder = new URL('../../../test/arrow/fixtures/', import.meta.url);
const conversationColumns = ['conversation', 'messages'];
/** Rows of those that do not have the usual four. */
const rowsOf: Readonly<Record<string, number>> = {
  conversations: 32,
  conversations_lz4: 32,
  conversations_zstd: 32,
  parts: 1,
};

function seedOf(name: string): Seed {
  const ipc = new Uint8Array(readFileSync(new URL(`${name}.arrow`, folder)));
  return {
    name,
    ipc,
    frames: [...readFrames(ipc)],
    rows: rowsOf[name] ?? 4,
    columns: loadSchema(ipc)
      .fields.map((field) => field.name)
      .filter((column) => !conversationColumns.includes(column)),
  };
}

/** Streams of pyarrow and Polars in every layout of strings and lists, compressed and not, and with columns of every kind. */
export const seeds: readonly Seed[] = readdirSync(folder)
  .filter((file) => file.endsWith('.arrow'))
  .sort()
  .map((file) => seedOf(file.replace('.arrow', '')));
