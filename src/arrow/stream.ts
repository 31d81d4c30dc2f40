import type { Schema } from 'apache-arrow';
import { SemtelError } from '../base/error.ts';
import { readFrames } from '../base/ipcFrames.ts';
import { newBudget } from './buffers.ts';
import type { Column } from './column.ts';
import { plainColumn } from './gather.ts';
import { loadColumns } from './load.ts';
import { readMetadata } from './metadata.ts';

/** A whole IPC stream: its schema and, per record batch, its columns in schema order. */
export interface LoadedStream {
  readonly schema: Schema;
  readonly rows: number;
  readonly batches: readonly (readonly Column[])[];
}

export interface StreamLimits {
  /** Declared rows; null: none declared. */
  readonly rowCount: number | null;
  readonly maxRows: number;
}

/**
 * Reads a stream and checks it wholly: framing, metadata, every buffer, and the number of rows.
 * Throws `bad_arrow`, `too_many_rows`, `row_count`. Nothing is copied but what is compressed or delta-encoded.
 */
export function loadStream(ipc: Uint8Array, limits: StreamLimits): LoadedStream {
  const dictionaries = new Map<number, Column>();
  const batches: Column[][] = [];
  const budget = newBudget();
  let schema: Schema | undefined;
  let rows = 0;
  for (const { header, body } of readFrames(ipc)) {
    const metadata = readMetadata(header);
    if (metadata.kind === 'schema') {
      if (schema !== undefined) throw new SemtelError('bad_arrow', 'The Arrow stream holds two schemas.');
      schema = metadata.schema;
      continue;
    }
    if (schema === undefined) throw noSchema();
    const { batch } = metadata;
    if (metadata.kind === 'dictionary') {
      const { id, delta } = metadata;
      const type = schema.dictionaries.get(id);
      if (type === undefined)
        throw new SemtelError(
          'bad_arrow',
          `The Arrow stream holds a dictionary ${id} that its schema does not know.`,
        );
      const values = plainColumn(type, loadColumns([type], batch, body, dictionaries, budget));
      const before = delta ? dictionaries.get(id) : undefined;
      dictionaries.set(id, before === undefined ? values : plainColumn(values.type, [before, values]));
      continue;
    }
    rows += batch.length;
    if (!(batch.length >= 0 && rows <= limits.maxRows))
      throw new SemtelError(
        'too_many_rows',
        `The batch has ${rows} rows or more; this server takes ${limits.maxRows}. Send smaller batches.`,
      );
    const types = schema.fields.map((field) => field.type);
    batches.push(loadColumns(types, batch, body, dictionaries, budget));
  }
  if (schema === undefined) throw noSchema();
  if (limits.rowCount !== null && limits.rowCount !== rows)
    throw new SemtelError(
      'row_count',
      `row_count says ${limits.rowCount} rows, the Arrow stream holds ${rows}: the stream is cut or the number wrong.`,
    );
  return { schema, rows, batches };
}

function noSchema(): SemtelError {
  return new SemtelError('bad_arrow', 'The Arrow stream does not begin with a schema.');
}

/** The schema of a stream, which may be the schema alone without an end marker. */
export function loadSchema(ipc: Uint8Array): Schema {
  for (const { header } of readFrames(ipc)) {
    const metadata = readMetadata(header);
    if (metadata.kind === 'schema') return metadata.schema;
    break;
  }
  throw noSchema();
}
